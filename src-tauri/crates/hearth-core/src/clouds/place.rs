//! Where the vendors' tools keep what they know on this computer, one part a vendor. Must not know what is in it.

/// What tells where accounts are; nothing finds none.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// AWS's tools.
    pub aws: hearth_aws::Place,
    /// Azure's tools.
    pub azure: hearth_azure::Place,
    /// Google's tools.
    pub google: hearth_google::Place,
}

impl Place {
    /// What this process was started with.
    pub fn of_system() -> Self {
        Self {
            aws: hearth_aws::Place::of_system(),
            azure: hearth_azure::Place::of_system(),
            google: hearth_google::Place::of_system(),
        }
    }
}
