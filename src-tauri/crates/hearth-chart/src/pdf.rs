//! Ink in a PDF: plotters' backend on krilla, with vector lines and the embedded font as text that can be searched.
//! Must not know what is drawn.

use crate::canvas::{Baseline, Canvas, FINENESS, REGULAR, SEMIBOLD};
use crate::file::Drawing;
use crate::{Error, Result};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use plotters::prelude::DrawingBackend;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle,
};
use std::convert::Infallible;

/// Points of one pixel: a page of 794 × 1123 pixels is A4.
const POINTS: f32 = 0.75;
/// plotters' font size over the em.
const SIZE_OF_EM: f64 = 1.24;
/// Baseline below the top of a text, in em: as in the SVG files.
const RISE: f64 = 0.76;

pub(crate) fn pdf(drawing: &impl Drawing) -> Result<Vec<u8>> {
    let refused = |detail: &str| Error::Draw { title: drawing.title().to_owned(), detail: detail.to_owned() };
    let font = |bytes: &'static [u8]| {
        Font::new(bytes.to_vec().into(), 0).ok_or_else(|| refused("the font inside Hearth is unusable"))
    };
    let (regular, strong) = (font(REGULAR)?, font(SEMIBOLD)?);
    let (wide, high) = drawing.size();
    let settings = PageSettings::from_wh(wide as f32 * POINTS, high as f32 * POINTS)
        .ok_or_else(|| refused("the page has no size"))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(drawing.title().to_owned()).creator("Hearth".to_owned()));
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let scale = POINTS / FINENESS as f32;
    surface.push_transform(&Transform::from_scale(scale, scale));
    {
        let backend =
            Pdf { surface: &mut surface, size: (wide * FINENESS, high * FINENESS), regular, strong };
        let canvas = Canvas::new(backend, drawing.title(), Baseline::Svg);
        drawing.draw(&canvas)?;
        canvas.finish()?;
    }
    surface.pop();
    surface.finish();
    page.finish();
    document.finish().map_err(|error| refused(&format!("{error:?}")))
}

struct Pdf<'a, 'b> {
    surface: &'a mut Surface<'b>,
    size: (u32, u32),
    regular: Font,
    strong: Font,
}

type Done = std::result::Result<(), DrawingErrorKind<Infallible>>;

fn point((x, y): BackendCoord) -> (f32, f32) {
    (x as f32, y as f32)
}

fn path(points: impl IntoIterator<Item = BackendCoord>, close: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (index, (x, y)) in points.into_iter().map(point).enumerate() {
        if index == 0 {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    if close {
        builder.close();
    }
    builder.finish()
}

fn opacity(colour: BackendColor) -> NormalizedF32 {
    NormalizedF32::new((colour.alpha as f32).clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE)
}

impl Pdf<'_, '_> {
    fn fill(&mut self, path: Option<Path>, colour: BackendColor) {
        let Some(path) = path.filter(|_| colour.alpha > 0.0) else { return };
        let (red, green, blue) = colour.rgb;
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: rgb::Color::new(red, green, blue).into(),
            opacity: opacity(colour),
            rule: FillRule::NonZero,
        }));
        self.surface.draw_path(&path);
    }

    fn stroke(&mut self, path: Option<Path>, style: &impl BackendStyle) {
        let colour = style.color();
        let Some(path) = path.filter(|_| colour.alpha > 0.0) else { return };
        let (red, green, blue) = colour.rgb;
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(red, green, blue).into(),
            width: style.stroke_width().max(1) as f32,
            opacity: opacity(colour),
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
    }
}

impl DrawingBackend for Pdf<'_, '_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Done {
        let (x, y) = point(at);
        let mut builder = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(x, y, 1.0, 1.0) {
            builder.push_rect(rect);
        }
        self.fill(builder.finish(), colour);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.stroke(path([from, to], false), style);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let outline = path([(left, top), (right, top), (right, bottom), (left, bottom)], true);
        if fill {
            self.fill(outline, style.color());
        } else {
            self.stroke(outline, style);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        self.stroke(path(points, false), style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done {
        // Four curves; the constant is the usual one of circles made of cubic curves.
        let ((x, y), r) = (point(centre), radius as f32);
        let k = r * 0.552_285;
        let mut builder = PathBuilder::new();
        builder.move_to(x + r, y);
        builder.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
        builder.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
        builder.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
        builder.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
        builder.close();
        if fill {
            self.fill(builder.finish(), style.color());
        } else {
            self.stroke(builder.finish(), style);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        self.fill(path(points, true), style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let colour = style.color();
        if colour.alpha <= 0.0 || text.is_empty() {
            return Ok(());
        }
        let wide = style.layout_box(text).map_or(0.0, |((left, _), (right, _))| (right - left) as f32);
        let (x, y) = point(at);
        let x = match style.anchor().h_pos {
            HPos::Left => x,
            HPos::Center => x - wide / 2.0,
            HPos::Right => x - wide,
        };
        let em = style.size() / SIZE_OF_EM;
        let font =
            if style.style().as_str() == FontStyle::Bold.as_str() { &self.strong } else { &self.regular };
        let (font, (red, green, blue)) = (font.clone(), colour.rgb);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: rgb::Color::new(red, green, blue).into(),
            opacity: opacity(colour),
            rule: FillRule::NonZero,
        }));
        let baseline = Point::from_xy(x, y + (em * RISE) as f32);
        self.surface.draw_text(baseline, font, em as f32, text, false, TextDirection::LeftToRight);
        Ok(())
    }
}
