//! Lists in pages, with the links that lead from one to the next.

use super::reply::{Reply, Request};
use super::world::World;
use serde_json::{Value, json};

/// A page of a list, as an array or within a field.
pub fn page(world: &World, request: &Request, field: Option<&str>, entries: Vec<Value>) -> Reply {
    let number = |name: &str, default: usize| request.query(name).map_or(Some(default), |text| text.parse().ok());
    let (Some(size @ 1..=100), Some(page @ 1..)) = (number("per_page", 30), number("page", 1)) else {
        return Reply::unprocessable("per_page or page is out of range");
    };
    let total = entries.len();
    let shown: Vec<Value> = entries.into_iter().skip((page - 1) * size).take(size).collect();
    let body = match field {
        Some(field) => json!({"total_count": total, field: shown}),
        None => Value::Array(shown),
    };
    let reply = Reply::ok(body);
    if page * size >= total {
        return reply;
    }
    let others = request.query.iter().filter(|(name, _)| name != "page");
    let others: String = others.map(|(name, value)| format!("{name}={}&", escaped(value))).collect();
    let address = |page: usize| format!("<{}{}?{others}page={page}>", world.url, request.path);
    let last = total.div_ceil(size);
    reply.with("link", format!("{}; rel=\"next\", {}; rel=\"last\"", address(page + 1), address(last)))
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
