//! Pictures as callers get them: whatever the numbers are, a file of the right kind and size comes out.

#![expect(clippy::unwrap_used, reason = "a picture that fails is a failed test")]

use hearth_chart::{Beside, ChartLine, ChartPicture, Format, LineStyle, Role, Theme, Unit, draw};

const NOON: f64 = 1_795_435_200.0;

fn line(label: &str, role: Role, style: LineStyle, values: Vec<f64>) -> ChartLine {
    ChartLine { label: label.into(), role, values, style }
}

fn picture(unit: Unit, times: Vec<f64>, series: Vec<ChartLine>) -> ChartPicture {
    ChartPicture {
        title: "Duration of hello".into(),
        subtitle: "23 November 2026".into(),
        source: "measured on this computer".into(),
        series,
        times,
        unit,
        beside: None,
        theme: Theme::Dark,
        format: Format::Svg,
        size: (640, 360),
    }
}

fn minutes(count: usize) -> Vec<f64> {
    (0..count).map(|minute| NOON + minute as f64 * 60.0).collect()
}

fn svg(chart: &ChartPicture) -> String {
    String::from_utf8(draw(&ChartPicture { format: Format::Svg, ..chart.clone() }).unwrap()).unwrap()
}

fn texts(svg: &str) -> Vec<String> {
    svg.split("<text")
        .skip(1)
        .filter_map(|part| Some(part.split_once('>')?.1.split_once('<')?.0.trim().into()))
        .collect()
}

/// Width, height and the number of different colours of a PNG.
fn pixels(chart: &ChartPicture) -> (u32, u32, usize) {
    let bytes = draw(&ChartPicture { format: Format::Png, ..chart.clone() }).unwrap();
    let mut reader = png::Decoder::new(&bytes[..]).read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut buffer).unwrap();
    let colours: std::collections::BTreeSet<&[u8]> = buffer[..info.buffer_size()].chunks(3).collect();
    (info.width, info.height, colours.len())
}

/// The chart that a person exports most: percentiles of an hour with a gap.
fn percentiles() -> ChartPicture {
    let wave = |base: f64, swing: f64| -> Vec<f64> {
        (0..60)
            .map(|minute| {
                if (20..26).contains(&minute) {
                    f64::NAN
                } else {
                    base + swing * (f64::from(minute) / 7.0).sin().abs()
                }
            })
            .collect()
    };
    picture(
        Unit::Milliseconds,
        minutes(60),
        vec![
            line("p50", Role::Median, LineStyle::Line, wave(12.0, 6.0)),
            line("p95", Role::Percentile95, LineStyle::Line, wave(30.0, 18.0)),
            line("p99", Role::Percentile99, LineStyle::Line, wave(44.0, 34.0)),
        ],
    )
}

fn cost() -> ChartPicture {
    let values =
        |by: f64| -> Vec<f64> { (0..24).map(|hour| by * (1.5 + (f64::from(hour) / 4.0).cos())).collect() };
    let mut chart = picture(
        Unit::Dollars,
        (0..24).map(|hour| NOON + f64::from(hour) * 3_600.0).collect(),
        vec![
            line("Start-up", Role::Startup, LineStyle::Stacked, values(1.1e-6)),
            line("Requests", Role::Requests, LineStyle::Stacked, values(2.0e-6)),
            line("Compute", Role::Compute, LineStyle::Stacked, values(4.3e-6)),
        ],
    );
    chart.title = "What it would cost on AWS".into();
    chart
}

fn invocations() -> ChartPicture {
    let counts = |every: usize, of: f64| -> Vec<f64> {
        (0..48).map(|step| if step % every == 0 { of + (step % 5) as f64 } else { 0.0 }).collect()
    };
    picture(
        Unit::Count,
        minutes(48),
        vec![
            line("Cold starts", Role::Startup, LineStyle::Bars, counts(6, 2.0)),
            line("Invocations", Role::Requests, LineStyle::Bars, counts(1, 9.0)),
            line("Errors", Role::Failed, LineStyle::Bars, counts(11, 1.0)),
        ],
    )
}

#[test]
fn percentiles_say_their_units_times_and_source() {
    let texts = texts(&svg(&percentiles()));
    for wanted in ["Duration of hello", "0 ms", "20 ms", "12:30", "p50", "p95", "p99"] {
        assert!(texts.iter().any(|text| text == wanted), "no `{wanted}` in {texts:?}");
    }
    assert!(texts.contains(&"Hearth · measured on this computer · times in UTC".to_owned()), "{texts:?}");
}

#[test]
fn a_small_chart_is_drawn_as_it_was_agreed() {
    let mut chart = picture(
        Unit::Count,
        minutes(3),
        vec![line("Calls", Role::Compute, LineStyle::Area, vec![1.0, f64::NAN, 2.0])],
    );
    chart.size = (320, 200);
    let drawn: Vec<String> = svg(&chart)
        .lines()
        .map(|row| {
            row.replace(
                "font-family=\"Inter, system-ui, &apos;Segoe UI&apos;, Helvetica, Arial, sans-serif\" ",
                "",
            )
        })
        .collect();
    if std::env::var_os("HEARTH_WRITE_SNAPSHOTS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/small.svg");
        std::fs::write(path, drawn.join("\n") + "\n").unwrap();
    }
    let agreed = include_str!("snapshots/small.svg");
    assert_eq!(
        drawn.join("\n").trim(),
        agreed.trim(),
        "look at the new picture before changing snapshots/small.svg"
    );
}

#[test]
fn a_gap_is_a_gap() {
    let count = |values: Vec<f64>| {
        let mut chart = percentiles();
        chart.times.truncate(5);
        chart.series = vec![line("p50", Role::Median, LineStyle::Line, values)];
        svg(&chart).matches("stroke=\"#27A79A\"").count()
    };
    assert_eq!(count(vec![1.0, 2.0, 3.0, 4.0, 5.0]) + 1, count(vec![1.0, 2.0, f64::NAN, 4.0, 5.0]));
}

#[test]
fn lines_of_another_unit_have_an_axis_of_their_own_and_do_not_move_the_first() {
    let bars = line("cold starts", Role::Startup, LineStyle::Bars, vec![1.0, 3.0, 2.0]);
    let alone = picture(Unit::Count, minutes(3), vec![bars]);
    let p95 = line("start-up p95", Role::Percentile95, LineStyle::Line, vec![120.0, f64::NAN, 900.0]);
    let series = vec![p95];
    let both = ChartPicture { beside: Some(Beside { unit: Unit::Milliseconds, series }), ..alone.clone() };
    let (before, after) = (texts(&svg(&alone)), texts(&svg(&both)));
    assert!(after.contains(&"start-up p95".to_owned()), "{after:?}");
    assert!(after.iter().any(|text| text.ends_with(" ms")), "its axis says its unit: {after:?}");
    for text in ["0", "1", "2", "3", "cold starts"].map(str::to_owned) {
        assert!(before.contains(&text) && after.contains(&text), "{text}: {before:?} {after:?}");
    }
}

#[test]
fn money_is_written_out() {
    let texts = texts(&svg(&cost()));
    let ticks: Vec<&String> = texts.iter().filter(|text| text.starts_with('$')).collect();
    assert!(ticks.len() >= 4, "{texts:?}");
    assert!(ticks.iter().all(|tick| !tick.contains('e') && !tick.contains('E')), "{ticks:?}");
    assert_eq!(ticks[0], "$0");
}

#[test]
fn start_up_is_hatched_so_that_it_shows_without_colour() {
    let mut chart = cost();
    let hatched = svg(&chart).matches("<polyline").count();
    chart.series[0].role = Role::Compute;
    assert!(hatched > svg(&chart).matches("<polyline").count() + 50);
}

#[test]
fn pixels_have_the_wished_size_in_every_theme() {
    for theme in [Theme::Dark, Theme::Light, Theme::HighContrast] {
        for mut chart in [percentiles(), cost(), invocations()] {
            chart.theme = theme;
            chart.size = (800, 450);
            let (wide, high, colours) = pixels(&chart);
            assert_eq!((wide, high), (800, 450));
            assert!(colours > 20, "only {colours} colours on {theme:?}");
        }
    }
}

#[test]
fn sizes_are_brought_into_what_can_be_drawn() {
    let mut chart = percentiles();
    chart.size = (0, u32::MAX);
    assert_eq!(chart.drawn_size(), (320, 2160));
    assert_eq!((pixels(&chart).0, pixels(&chart).1), (320, 2160));
}

#[test]
fn nothing_to_draw_is_said() {
    let nothing = [
        picture(Unit::Count, vec![], vec![]),
        picture(
            Unit::Dollars,
            minutes(3),
            vec![line("Compute", Role::Compute, LineStyle::Stacked, vec![f64::NAN; 3])],
        ),
        picture(Unit::Milliseconds, vec![], vec![line("p50", Role::Median, LineStyle::Line, vec![1.0, 2.0])]),
    ];
    for chart in nothing {
        assert!(texts(&svg(&chart)).contains(&"Nothing was recorded here".to_owned()));
        pixels(&chart);
    }
}

#[test]
fn any_numbers_give_a_picture() {
    let columns = [
        vec![5.0],
        vec![-4.0, 3.0, -2.0],
        vec![1e300, 1.0, f64::INFINITY],
        vec![f64::MIN_POSITIVE; 3],
        vec![0.0; 200],
        vec![1e15, -1e15, f64::NAN],
    ];
    for unit in [Unit::Count, Unit::Milliseconds, Unit::Dollars, Unit::Megabytes] {
        for style in [LineStyle::Line, LineStyle::Area, LineStyle::Stacked, LineStyle::Bars] {
            for values in &columns {
                for times in
                    [minutes(3), vec![NOON], vec![NOON; 3], vec![f64::NAN, -1e300, 1e12], vec![-6e10, 2e11]]
                {
                    let times_are_near = times.len() == 3;
                    let lines = vec![
                        line("one", Role::Startup, style, values.clone()),
                        line("two", Role::Compute, style, vec![1.0, 2.0]),
                    ];
                    let mut chart = picture(unit, times, lines);
                    chart.size = (320, 200);
                    assert!(svg(&chart).trim_end().ends_with("</svg>"));
                    if unit == Unit::Count && times_are_near {
                        assert_eq!(pixels(&chart).0, 320);
                    }
                }
            }
        }
    }
}

#[test]
fn names_cannot_break_out_of_the_file() {
    let mut chart = percentiles();
    chart.title = "<script>alert(\"x\")</script>\u{0}\n&amp;".repeat(40);
    chart.series[0].label = "</text><script>".into();
    let svg = svg(&chart);
    assert!(!svg.contains("<script") && !svg.contains('\u{0}'));
    pixels(&chart);
}

/// Writes pictures to look at into the folder that HEARTH_CHART_PICTURES names.
#[test]
fn pictures_to_look_at() {
    let Ok(folder) = std::env::var("HEARTH_CHART_PICTURES") else { return };
    for (name, mut chart) in [("durations", percentiles()), ("cost", cost()), ("invocations", invocations())]
    {
        for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light"), (Theme::HighContrast, "hc")] {
            chart.theme = theme;
            chart.size = (960, 420);
            for (format, ending) in [(Format::Svg, "svg"), (Format::Png, "png")] {
                chart.format = format;
                std::fs::write(format!("{folder}/{name}.{word}.{ending}"), draw(&chart).unwrap()).unwrap();
            }
        }
    }
}
