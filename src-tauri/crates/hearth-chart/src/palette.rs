//! Colours and strokes: which token a meaning is drawn with. Owns `assets/tokens.json`; must not know geometry.

use crate::{Error, Result, Role, Theme};
use plotters::style::RGBColor;
use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../../assets/tokens.json");

/// The colours of one theme.
pub(crate) struct Palette {
    colours: BTreeMap<String, String>,
}

/// How a line is told from others without its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// Unbroken.
    Solid,
    /// Lengths of ink and of gap, in pixels.
    Broken(u32, u32),
}

impl Palette {
    pub(crate) fn of(theme: Theme) -> Result<Self> {
        let mut themes: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(TOKENS).map_err(|source| Error::Tokens(source.to_string()))?;
        let name = match theme {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::HighContrast => "hc",
        };
        let colours = themes.remove(name).ok_or_else(|| Error::Tokens(format!("no theme `{name}`")))?;
        Ok(Self { colours })
    }

    /// The colour of a token such as `tx-1`.
    pub(crate) fn token(&self, name: &str) -> Result<RGBColor> {
        let text = self.colours.get(name).ok_or_else(|| Error::Tokens(format!("no token `{name}`")))?;
        let channel =
            |from: usize| text.get(from..from + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (channel(1), channel(3), channel(5)) {
            (Some(red), Some(green), Some(blue)) => Ok(RGBColor(red, green, blue)),
            _ => Err(Error::Tokens(format!("`{name}` is `{text}`, not a colour"))),
        }
    }

    /// The colour of a meaning.
    pub(crate) fn role(&self, role: Role) -> Result<RGBColor> {
        self.token(match role {
            Role::Compute | Role::Median => "c-compute",
            Role::Startup => "c-init",
            Role::Requests => "c-request",
            Role::AlwaysOn => "c-always",
            Role::Failed => "st-failed",
            Role::Throttled => "st-throttled",
            Role::Frozen => "st-frozen",
            Role::Percentile95 => "tx-2",
            Role::Percentile99 => "tx-3",
            Role::Other => "c-other",
        })
    }
}

impl Role {
    /// The stroke that tells this meaning from others without colour.
    pub(crate) fn stroke(self) -> Stroke {
        match self {
            Self::Startup => Stroke::Broken(9, 4),
            Self::Percentile95 => Stroke::Broken(6, 4),
            Self::Percentile99 => Stroke::Broken(2, 4),
            Self::Failed => Stroke::Broken(4, 2),
            Self::Throttled => Stroke::Broken(2, 2),
            Self::Compute | Self::Requests | Self::AlwaysOn | Self::Frozen | Self::Median | Self::Other => {
                Stroke::Solid
            }
        }
    }

    /// Whether areas and bars of this meaning are hatched instead of filled.
    pub(crate) fn hatched(self) -> bool {
        matches!(self, Self::Startup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_has_a_colour_in_every_theme() {
        let roles = [
            Role::Compute,
            Role::Startup,
            Role::Requests,
            Role::AlwaysOn,
            Role::Failed,
            Role::Throttled,
            Role::Frozen,
            Role::Median,
            Role::Percentile95,
            Role::Percentile99,
            Role::Other,
        ];
        for theme in [Theme::Dark, Theme::Light, Theme::HighContrast] {
            let palette = Palette::of(theme).unwrap();
            let ground = palette.token("bg-1").unwrap();
            for role in roles {
                assert_ne!(palette.role(role).unwrap(), ground, "{role:?} is invisible on {theme:?}");
            }
        }
    }

    #[test]
    fn an_unknown_token_is_named_in_the_error() {
        let error = Palette::of(Theme::Dark).unwrap().token("nope").unwrap_err();
        assert_eq!(error.to_string(), "the colours are unusable: no token `nope`");
    }
}
