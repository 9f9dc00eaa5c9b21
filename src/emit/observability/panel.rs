//! Panels of Grafana, laid out three in a row.

use serde_json::{Value, json};

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
    pub fn new(title: &str, unit: &'static str, queries: &[(String, &str)]) -> Panel {
        let queries = queries.iter().map(|(query, legend)| (query.clone(), (*legend).to_owned())).collect();
        Panel { title: title.to_owned(), unit, queries }
    }
}

/// The panels with their ids and places. Sections without a panel are left out.
pub fn laid_out(sections: Vec<Section>) -> Vec<Value> {
    let mut panels = Vec::new();
    let mut top = 0;
    for section in sections.into_iter().filter(|section| !section.panels.is_empty()) {
        let place = json!({ "h": 1, "w": 24, "x": 0, "y": top });
        panels.push(json!({
            "id": panels.len() + 1, "type": "row", "title": section.title, "collapsed": false, "gridPos": place, "panels": [],
        }));
        top += 1;
        let rows = section.panels.len().div_ceil(A_ROW);
        for (position, panel) in section.panels.into_iter().enumerate() {
            let (x, y) = (position % A_ROW * WIDTH, top + position / A_ROW * HEIGHT);
            panels.push(drawn(&panel, panels.len() + 1, json!({ "h": HEIGHT, "w": WIDTH, "x": x, "y": y })));
        }
        top += rows * HEIGHT;
    }
    panels
}

fn drawn(panel: &Panel, id: usize, place: Value) -> Value {
    let targets: Vec<Value> = panel
        .queries
        .iter()
        .zip('A'..)
        .map(|((query, legend), letter)| json!({ "refId": letter, "expr": query, "legendFormat": legend }))
        .collect();
    json!({
        "id": id, "type": "timeseries", "title": panel.title, "gridPos": place,
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "fieldConfig": { "defaults": { "unit": panel.unit }, "overrides": [] },
        "targets": targets,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_three_in_a_row_below_their_heading() {
        let section = |title, count: usize| Section {
            title,
            panels: (0..count).map(|_| Panel::new("x", "s", &[("up".to_owned(), "{{pod}}")])).collect(),
        };
        let panels = laid_out(vec![section("A", 4), section("empty", 0), section("B", 1)]);
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
