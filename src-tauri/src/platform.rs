//! What differs between systems. Must not know anything of Hearth.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::Rendering;

/// Systems whose web views need no help.
#[cfg(not(target_os = "linux"))]
pub(crate) struct Rendering;

#[cfg(not(target_os = "linux"))]
impl Rendering {
    pub(crate) fn prepare(_data_dir: &std::path::Path) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the same shape as on Linux")]
    pub(crate) fn painted(&self) {}
}
