//! The bytes of a picture: SVG text or PNG pixels. Owns formats; must not know what is drawn.

use crate::canvas::{Baseline, Canvas, FINENESS};
use crate::{ChartPicture, Error, Result, draw};
use plotters::backend::{BitMapBackend, SVGBackend};

pub(crate) fn svg(chart: &ChartPicture) -> Result<Vec<u8>> {
    let (wide, high) = chart.drawn_size();
    let fine = (wide * FINENESS, high * FINENESS);
    let mut text = String::new();
    {
        let canvas = Canvas::new(SVGBackend::with_string(&mut text, fine), &chart.title, Baseline::Svg);
        draw::draw(chart, &canvas)?;
        canvas.finish()?;
    }
    // The file is as large as wished and keeps the finer grid inside.
    let drawn = format!("<svg width=\"{}\" height=\"{}\"", fine.0, fine.1);
    Ok(text.replacen(&drawn, &format!("<svg width=\"{wide}\" height=\"{high}\""), 1).into_bytes())
}

pub(crate) fn png(chart: &ChartPicture) -> Result<Vec<u8>> {
    let (wide, high) = chart.drawn_size();
    let (fine_wide, fine_high) = (wide * FINENESS, high * FINENESS);
    let mut fine = vec![0; fine_wide as usize * fine_high as usize * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut fine, (fine_wide, fine_high));
        let canvas = Canvas::new(backend, &chart.title, Baseline::Bitmap);
        draw::draw(chart, &canvas)?;
        canvas.finish()?;
    }
    encode(&shrink(&fine, wide as usize, high as usize), wide, high)
        .map_err(|detail| Error::Draw { title: chart.title.clone(), detail })
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
