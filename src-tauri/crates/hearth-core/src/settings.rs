//! The settings, kept in the ledger. Owns which values are allowed. Must not know what they change.

use crate::api::Settings;
use crate::{ApiError, ErrorCode, Result};
use hearth_cost::PriceBook;
use hearth_model::Micros;
use hearth_store::Store;

const KEY: &str = "settings";
/// Changed keys that are kept, and bytes of each name and chord: far more than there are actions.
const MOST_KEYS: usize = 200;
const MOST_KEY_BYTES: usize = 60;
const MOST_PATH_BYTES: usize = 4_096;

/// The kept settings. Those that cannot be understood any more count as the usual ones, so that Hearth starts.
pub(crate) async fn load(store: &Store, prices: &PriceBook) -> Result<Settings> {
    let Some(text) = store.setting(KEY).await? else { return Ok(Settings::default()) };
    let settings = serde_json::from_str::<Settings>(&text).map_err(|error| error.to_string());
    Ok(settings
        .and_then(|settings| check(&settings, prices).map(|()| settings).map_err(|error| error.message))
        .unwrap_or_else(|problem| {
            tracing::warn!(problem, "the settings cannot be used; the usual ones are used instead");
            Settings::default()
        }))
}

/// Keeps the settings.
pub(crate) async fn keep(store: &Store, settings: &Settings) -> Result<()> {
    let text = serde_json::to_string(settings).map_err(|error| {
        ApiError::internal("the settings could not be written").with_detail(error.to_string())
    })?;
    Ok(store.set_setting(KEY, &text).await?)
}

/// Refuses what is out of range.
pub(crate) fn check(settings: &Settings, prices: &PriceBook) -> Result<()> {
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
    if prices.lambda(&settings.price_region).is_err() {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("there are no prices for the region `{}`", settings.price_region),
        )
        .with_hint(format!("Hearth has them for {}.", prices.regions().collect::<Vec<_>>().join(", "))));
    }
    if !["system", "dark", "light", "hc"].contains(&settings.theme.as_str()) {
        return refuse(format!("there is no theme `{}`; choose system, dark, light or hc", settings.theme));
    }
    for (days, least, what) in
        [(settings.raw_days, 1, "calls and logs"), (settings.rollup_days, 31, "charts")]
    {
        if !(least..=3_650).contains(&days) {
            return refuse(format!("{what} can be kept for {least} to 3,650 days, not for {days}"));
        }
    }
    if !(64..=1_000_000).contains(&settings.max_ledger_mb) {
        return refuse(format!("the ledger can take 64 to 1,000,000 MB, not {}", settings.max_ledger_mb));
    }
    if !["system", "reduced"].contains(&settings.motion.as_str()) {
        return refuse(format!("there is no motion setting `{}`; choose system or reduced", settings.motion));
    }
    if let Some(folder) = &settings.events_folder
        && (!std::path::Path::new(folder).is_absolute() || folder.len() > MOST_PATH_BYTES)
    {
        return refuse(format!("`{folder}` is not a folder's whole path, such as /home/ada/events"));
    }
    if settings.keys.len() > MOST_KEYS {
        return refuse(format!("at most {MOST_KEYS} keys can be changed, not {}", settings.keys.len()));
    }
    if let Some((action, keys)) = settings
        .keys
        .iter()
        .find(|(action, keys)| action.len() > MOST_KEY_BYTES || keys.len() > MOST_KEY_BYTES)
    {
        return refuse(format!("`{keys}` for `{action}` is longer than {MOST_KEY_BYTES} bytes"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (Settings { keys: [("run".into(), "x".repeat(61))].into(), ..usual() }, "longer than 60"),
            (Settings { events_folder: Some("events".into()), ..usual() }, "`events`"),
            (Settings { raw_days: 0, ..usual() }, "not for 0"),
            (Settings { rollup_days: 30, ..usual() }, "not for 30"),
            (Settings { max_ledger_mb: 63, ..usual() }, "not 63"),
        ] {
            let error = check(&settings, &PriceBook::bundled().unwrap()).unwrap_err();
            assert!(error.message.contains(words), "`{words}` in {error:?}");
        }
    }
}
