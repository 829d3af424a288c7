//! The bytes of a picture: SVG text or PNG pixels. Owns formats; must not know what is drawn.

use crate::canvas::{Baseline, Canvas, FINENESS, REGULAR, SEMIBOLD};
use crate::{ChartPicture, Error, Result, draw};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::prelude::DrawingBackend;

/// What can be drawn on any sheet.
pub(crate) trait Drawing {
    fn title(&self) -> &str;
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Result<()>;
}

impl Drawing for ChartPicture {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (u32, u32) {
        self.drawn_size()
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Result<()> {
        draw::draw(self, canvas)
    }
}

pub(crate) fn svg(drawing: &impl Drawing) -> Result<Vec<u8>> {
    Ok(svg_text(drawing)?.into_bytes())
}

/// The same with the font inside, so that it looks alike where Inter is not installed.
pub(crate) fn svg_with_font(drawing: &impl Drawing) -> Result<Vec<u8>> {
    let text = svg_text(drawing)?;
    let style = format!("<defs><style>{}</style></defs>", font_faces());
    let begin = text.find("<svg").and_then(|at| text[at..].find('>').map(|end| at + end + 1)).unwrap_or(0);
    Ok(format!("{}{style}{}", &text[..begin], &text[begin..]).into_bytes())
}

/// CSS that brings Inter along.
pub(crate) fn font_faces() -> String {
    [("400", REGULAR), ("bold", SEMIBOLD)]
        .map(|(weight, bytes)| {
            format!(
                "@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/ttf;base64,{})}}",
                STANDARD.encode(bytes)
            )
        })
        .concat()
}

fn svg_text(drawing: &impl Drawing) -> Result<String> {
    let (wide, high) = drawing.size();
    let fine = (wide * FINENESS, high * FINENESS);
    let mut text = String::new();
    {
        let canvas = Canvas::new(SVGBackend::with_string(&mut text, fine), drawing.title(), Baseline::Svg);
        drawing.draw(&canvas)?;
        canvas.finish()?;
    }
    // The file is as large as wished and keeps the finer grid inside.
    let drawn = format!("<svg width=\"{}\" height=\"{}\"", fine.0, fine.1);
    Ok(text.replacen(&drawn, &format!("<svg width=\"{wide}\" height=\"{high}\""), 1))
}

pub(crate) fn png(drawing: &impl Drawing) -> Result<Vec<u8>> {
    let (wide, high) = drawing.size();
    let (fine_wide, fine_high) = (wide * FINENESS, high * FINENESS);
    let mut fine = vec![0; fine_wide as usize * fine_high as usize * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut fine, (fine_wide, fine_high));
        let canvas = Canvas::new(backend, drawing.title(), Baseline::Bitmap);
        drawing.draw(&canvas)?;
        canvas.finish()?;
    }
    encode(&shrink(&fine, wide as usize, high as usize), wide, high)
        .map_err(|detail| Error::Draw { title: drawing.title().to_owned(), detail })
}

/// Averages squares of the finer grid into pixels, which smooths every edge.
fn shrink(fine: &[u8], wide: usize, high: usize) -> Vec<u8> {
    let grain = FINENESS as usize;
    let mut pixels = Vec::with_capacity(wide * high * 3);
    for y in 0..high {
        for x in 0..wide {
            for channel in 0..3 {
                let sum: usize = (0..grain * grain)
                    .map(|of| {
                        let (row, column) = (y * grain + of / grain, x * grain + of % grain);
                        usize::from(fine[(row * wide * grain + column) * 3 + channel])
                    })
                    .sum();
                pixels.push((sum / (grain * grain)) as u8);
            }
        }
    }
    pixels
}

fn encode(pixels: &[u8], wide: u32, high: u32) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, wide, high);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|source| source.to_string())?;
    writer.write_image_data(pixels).map_err(|source| source.to_string())?;
    writer.finish().map_err(|source| source.to_string())?;
    Ok(bytes)
}
