//! The settings file: `DATA/settings.json`. Owns which values are allowed. Must not know what they change.

use crate::api::Settings;
use crate::{ApiError, ErrorCode, Result};
use hearth_model::Micros;
use std::io::Write as _;
use std::path::Path;

/// Regions whose prices Hearth has.
pub(crate) const PRICE_REGIONS: [&str; 1] = ["us-east-1"];

const FILE: &str = "settings.json";

/// The settings of a data folder. A file that cannot be understood is set aside, so that Hearth starts.
pub(crate) fn load(data_dir: &Path) -> Settings {
    let path = data_dir.join(FILE);
    let Ok(bytes) = std::fs::read(&path) else { return Settings::default() };
    let settings = serde_json::from_slice::<Settings>(&bytes).map_err(|error| error.to_string());
    match settings.and_then(|settings| check(&settings).map(|()| settings).map_err(|error| error.message)) {
        Ok(settings) => settings,
        Err(problem) => {
            tracing::warn!(
                problem,
                "the settings were set aside as settings.json.bad; the usual ones are used"
            );
            std::fs::rename(&path, data_dir.join("settings.json.bad")).ok();
            Settings::default()
        }
    }
}

/// Writes the settings, or leaves the old ones as they were.
pub(crate) fn store(data_dir: &Path, settings: &Settings) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
        serde_json::to_writer_pretty(&mut file, settings)?;
        file.flush()?;
        file.persist(data_dir.join(FILE)).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        ApiError::new(
            if full { ErrorCode::DiskFull } else { ErrorCode::Internal },
            "the settings could not be written",
        )
        .with_hint("Look at the rights and the free space of the data folder.")
        .with_detail(error.to_string())
    })
}

/// Refuses what is out of range.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let refuse = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    let day = Micros::from_seconds(86_400);
    if settings.keep_alive_us < Micros::from_seconds(1) || settings.keep_alive_us > day {
        return refuse(format!(
            "a server can be kept for 1 second to 24 hours, not for {} s",
            settings.keep_alive_us.0 as f64 / 1e6
        ));
    }
    if settings.freeze_after_us < Micros::ZERO || settings.freeze_after_us > day {
        return refuse(format!(
            "a server can be frozen after 0 seconds to 24 hours, not after {} s",
            settings.freeze_after_us.0 as f64 / 1e6
        ));
    }
    if !(1..=200).contains(&settings.default_concurrency) {
        return refuse(format!("a function can have 1 to 200 servers, not {}", settings.default_concurrency));
    }
    if !PRICE_REGIONS.contains(&settings.price_region.as_str()) {
        return refuse(format!(
            "there are no prices for the region `{}`; Hearth has them for {}",
            settings.price_region,
            PRICE_REGIONS.join(", ")
        ));
    }
    if !["system", "dark", "light", "hc"].contains(&settings.theme.as_str()) {
        return refuse(format!("there is no theme `{}`; choose system, dark, light or hc", settings.theme));
    }
    if !["system", "reduced"].contains(&settings.motion.as_str()) {
        return refuse(format!("there is no motion setting `{}`; choose system or reduced", settings.motion));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_and_a_damaged_file_does_not_stop_hearth() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(load(data.path()), Settings::default());
        let changed =
            Settings { keep_alive_us: Micros::from_seconds(7), theme: "hc".into(), ..Settings::default() };
        store(data.path(), &changed).unwrap();
        assert_eq!(load(data.path()), changed);
        std::fs::write(data.path().join(FILE), "{ half").unwrap();
        assert_eq!(load(data.path()), Settings::default());
        assert!(data.path().join("settings.json.bad").exists(), "the damaged file is kept for the person");
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_value() {
        let usual = Settings::default;
        for (settings, words) in [
            (Settings { keep_alive_us: Micros(999_999), ..usual() }, "0.999999 s"),
            (Settings { freeze_after_us: Micros(-1), ..usual() }, "not after"),
            (Settings { default_concurrency: 0, ..usual() }, "not 0"),
            (Settings { default_concurrency: 201, ..usual() }, "not 201"),
            (Settings { price_region: "mars-1".into(), ..usual() }, "`mars-1`"),
            (Settings { theme: "pink".into(), ..usual() }, "`pink`"),
            (Settings { motion: "fast".into(), ..usual() }, "`fast`"),
        ] {
            let error = check(&settings).unwrap_err();
            assert!(error.message.contains(words), "`{words}` in {error:?}");
        }
    }
}
