//! Panels of Grafana, laid out three in a row.

use serde::Serialize;

const WIDTH: usize = 8;
const HEIGHT: usize = 7;
const A_ROW: usize = 24 / WIDTH;

/// Panels under a heading.
pub struct Section {
    pub title: &'static str,
    pub panels: Vec<Panel>,
}

/// Lines over time.
pub struct Panel {
    pub title: String,
    /// As Grafana names units: `reqps`, `s`, `percentunit`, `bytes`, `short`.
    pub unit: &'static str,
    /// Each query with the legend of its lines.
    pub queries: Vec<(String, String)>,
}

impl Panel {
    pub fn new<const N: usize>(title: &str, unit: &'static str, queries: [(String, &str); N]) -> Panel {
        let queries = queries.into_iter().map(|(query, legend)| (query, legend.to_owned())).collect();
        Panel { title: title.to_owned(), unit, queries }
    }
}

/// A panel or a heading as Grafana reads it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Drawn {
    Row(Row),
    Lines(Lines),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    id: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    collapsed: bool,
    grid_pos: Place,
    /// Those of a folded row, which stand inside it.
    panels: [(); 0],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    id: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    grid_pos: Place,
    datasource: Datasource,
    field_config: FieldConfig,
    targets: Vec<Target>,
}

#[derive(Debug, Serialize)]
struct Place {
    h: usize,
    w: usize,
    x: usize,
    y: usize,
}

#[derive(Debug, Serialize)]
struct Datasource {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

#[derive(Debug, Serialize)]
struct FieldConfig {
    defaults: Defaults,
    overrides: [(); 0],
}

#[derive(Debug, Serialize)]
struct Defaults {
    unit: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    ref_id: char,
    expr: String,
    legend_format: String,
}

/// The panels with their ids and places. Sections without a panel are left out.
pub fn laid_out(sections: Vec<Section>) -> Vec<Drawn> {
    let mut panels = Vec::new();
    let mut top = 0;
    for section in sections.into_iter().filter(|section| !section.panels.is_empty()) {
        panels.push(Drawn::Row(Row {
            id: panels.len() + 1,
            kind: "row",
            title: section.title,
            collapsed: false,
            grid_pos: Place { h: 1, w: 24, x: 0, y: top },
            panels: [],
        }));
        top += 1;
        let rows = section.panels.len().div_ceil(A_ROW);
        for (position, panel) in section.panels.into_iter().enumerate() {
            let (x, y) = (position % A_ROW * WIDTH, top + position / A_ROW * HEIGHT);
            panels.push(drawn(panel, panels.len() + 1, Place { h: HEIGHT, w: WIDTH, x, y }));
        }
        top += rows * HEIGHT;
    }
    panels
}

fn drawn(panel: Panel, id: usize, place: Place) -> Drawn {
    let targets = panel.queries.into_iter().zip('A'..);
    Drawn::Lines(Lines {
        id,
        kind: "timeseries",
        title: panel.title,
        grid_pos: place,
        datasource: Datasource { kind: "prometheus", uid: "${datasource}" },
        field_config: FieldConfig { defaults: Defaults { unit: panel.unit }, overrides: [] },
        targets: targets.map(|((expr, legend_format), ref_id)| Target { ref_id, expr, legend_format }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn panels_stand_three_in_a_row_below_their_heading() {
        let section = |title, count: usize| Section {
            title,
            panels: (0..count).map(|_| Panel::new("x", "s", [("up".to_owned(), "{{pod}}")])).collect(),
        };
        let panels: Vec<Value> = laid_out(vec![section("A", 4), section("empty", 0), section("B", 1)])
            .into_iter()
            .map(|panel| json!(panel))
            .collect();
        let places: Vec<_> = panels
            .iter()
            .map(|panel| {
                (panel["type"].as_str().unwrap(), panel["gridPos"]["x"].clone(), panel["gridPos"]["y"].clone())
            })
            .collect();
        let line = |x: u32, y: u32| ("timeseries", json!(x), json!(y));
        let row = |y: u32| ("row", json!(0), json!(y));
        assert_eq!(places, [row(0), line(0, 1), line(8, 1), line(16, 1), line(0, 8), row(15), line(0, 16)]);
        let ids: Vec<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
    }
}
