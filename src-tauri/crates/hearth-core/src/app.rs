//! The App.
/// The running Hearth.
#[derive(Clone)]
pub struct App {}
