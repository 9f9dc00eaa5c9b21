//! Declarations that say who, where and how much: teams, environments, secret requests, owners. Two revisions of them in,
//! what differs and whose word it takes out. What is compiled from them is the diff's to tell.

use super::diff::{Action, FieldChange, all_of, differences};
use crate::model::kinds::{Kind, SecretRequest, Team};
use crate::model::{Name, short_hash};
use crate::read::{Declarations, Declared, Documents};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One declaration that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredChange {
    pub kind: Kind,
    pub name: Name,
    /// Update, create or delete.
    pub action: Action,
    /// Of what is created the telling ones, of a secret request all.
    pub fields: Vec<FieldChange>,
    /// What stays and has to be known with it.
    pub context: Vec<(String, Value)>,
    /// Whose word it takes, and why.
    pub asks: BTreeSet<(Name, String)>,
    /// Of the declaration as it will be: an approval is for what was read.
    pub fingerprint: String,
}

/// What differs, environments first, then secret requests, teams and owners. `platform` answers for who is in which team
/// and what it may spend.
pub fn changes(base: &Documents, head: &Documents, platform: Option<&Name>) -> Vec<DeclaredChange> {
    let (before, after) = (&base.declarations, &head.declarations);
    let mut changes = Vec::new();
    let environments = (trees(&before.environments, spec), trees(&after.environments, spec));
    changes.extend(changed(Kind::Environment, environments, |change, was, _| {
        let owner = was.and_then(owner);
        owner.map(|owner| (owner, why(change))).into_iter().collect()
    }));
    let requests = (trees(&before.secret_requests, of_request), trees(&after.secret_requests, of_request));
    changes.extend(changed(Kind::SecretRequest, requests, |change, _, _| of_requests(change, before, after)));
    let teams = (trees(&before.teams, of_team), trees(&after.teams, of_team));
    changes.extend(changed(Kind::Team, teams, |change, _, _| of_teams(change, platform)));
    changes.extend(owners(Kind::Service, &before.services, &after.services, |spec| spec.renamed_from.as_ref()));
    changes.extend(owners(Kind::Resource, &before.resources, &after.resources, |spec| spec.renamed_from.as_ref()));
    changes
}

type Trees = BTreeMap<Name, Map<String, Value>>;

/// What each declares, with its owner.
fn trees<S>(all: &[Declared<S>], of: fn(&S) -> Map<String, Value>) -> Trees {
    let tree = |one: &Declared<S>| {
        let mut tree = of(&one.spec);
        tree.extend(one.metadata.owner.as_ref().map(|owner| ("owner".to_owned(), json!(owner))));
        (one.metadata.name.clone(), tree)
    };
    all.iter().map(tree).collect()
}

fn spec<S: Serialize>(spec: &S) -> Map<String, Value> {
    match serde_json::to_value(spec) {
        Ok(Value::Object(tree)) => tree,
        _ => Map::new(),
    }
}

/// People by their logins: those are who may approve.
fn of_team(team: &Team) -> Map<String, Value> {
    let mut tree = spec(team);
    let logins: Vec<&str> = team.members.iter().map(|member| member.login.as_str()).collect();
    tree.insert("members".to_owned(), json!(logins));
    tree
}

/// What is left open is said, too: a secret that nobody rotates is worth a look.
fn of_request(request: &SecretRequest) -> Map<String, Value> {
    let mut tree = spec(request);
    let approvers: Vec<&str> = request.approvers.iter().map(Name::as_str).collect();
    let keys: Map<String, Value> =
        request.keys.iter().map(|(key, one)| (key.clone(), json!(one.description))).collect();
    tree.insert("keys".to_owned(), Value::Object(keys));
    tree.insert("rotation".to_owned(), request.rotation.map_or(json!("none"), |every| json!(every.to_string())));
    tree.insert("expires".to_owned(), request.expires.map_or(json!("never"), |day| json!(day.to_string())));
    let named = if approvers.is_empty() { "none named".to_owned() } else { approvers.join(", ") };
    tree.insert("approvers".to_owned(), json!(named));
    tree
}

type Asks = BTreeSet<(Name, String)>;
type Tree = Map<String, Value>;

fn changed(
    kind: Kind,
    (before, after): (Trees, Trees),
    asks: impl Fn(&DeclaredChange, Option<&Tree>, Option<&Tree>) -> Asks,
) -> Vec<DeclaredChange> {
    let names: BTreeSet<&Name> = before.keys().chain(after.keys()).collect();
    let of = |name: &&Name| change(kind, name, before.get(*name), after.get(*name), &asks);
    names.iter().filter_map(of).collect()
}

fn change(
    kind: Kind,
    name: &Name,
    was: Option<&Tree>,
    is: Option<&Tree>,
    asks: &impl Fn(&DeclaredChange, Option<&Tree>, Option<&Tree>) -> Asks,
) -> Option<DeclaredChange> {
    let value = |tree: &Tree| Value::Object(tree.clone());
    let (action, fields) = match (was, is) {
        (Some(was), Some(is)) => (Action::Update, differences(&value(was), &value(is))),
        (None, Some(is)) => {
            let mut fields = all_of(&value(is));
            fields.retain(|field| is_telling(kind, &field.path.to_string()));
            (Action::Create, fields)
        }
        (Some(_), None) => (Action::Delete, Vec::new()),
        (None, None) => return None,
    };
    if action == Action::Update && fields.is_empty() {
        return None;
    }
    let context = match (kind, action, is) {
        (Kind::SecretRequest, Action::Update, Some(is)) => stays(is, &fields),
        _ => Vec::new(),
    };
    let text = format!("{}\0{name}\0{}", kind.as_str(), is.map_or(Value::Null, value));
    let fingerprint = format!("{:016x}", short_hash(text.as_bytes()));
    let told = DeclaredChange { kind, name: name.clone(), action, fields, context, asks: Asks::new(), fingerprint };
    Some(DeclaredChange { asks: asks(&told, was, is), ..told })
}

/// What a reader wants to know of something new; the file says the rest.
fn is_telling(kind: Kind, field: &str) -> bool {
    match kind {
        Kind::Environment => {
            ["class", "type", "provider", "region", "approvals", "monthlyBudget", "owner"].contains(&field)
        }
        Kind::Team => ["forgeTeam", "members", "monthlyBudget"].contains(&field),
        _ => true,
    }
}

/// Of a secret request everything that an approver judges by.
fn stays(tree: &Tree, fields: &[FieldChange]) -> Vec<(String, Value)> {
    let changes = |key: &str| fields.iter().any(|field| field.path.keys().first() == Some(&key));
    let known = ["service", "environments", "reason", "rotation", "expires", "approvers"].into_iter();
    known.filter(|key| !changes(key)).filter_map(|key| Some((key.to_owned(), tree.get(key)?.clone()))).collect()
}

fn owner(tree: &Tree) -> Option<Name> {
    Name::parse(tree.get("owner")?.as_str()?)
}

/// `environment production`, `new team search`.
fn why(change: &DeclaredChange) -> String {
    let what = match change.kind {
        Kind::SecretRequest => "secret request",
        Kind::Team => "team",
        Kind::Environment => "environment",
        _ => change.kind.slug(),
    };
    match change.action {
        Action::Create => format!("new {what} {}", change.name),
        Action::Delete => format!("{what} {} goes", change.name),
        Action::Update | Action::Replace | Action::Move => format!("{what} {} changes", change.name),
    }
}

/// The approvers that base and head name, and the owner: it may not lose either on its way to fewer of them.
fn of_requests(change: &DeclaredChange, before: &Declarations, after: &Declarations) -> Asks {
    if change.action == Action::Delete {
        return Asks::new();
    }
    let asked = |side: &Declarations| -> Vec<Name> {
        let Some(request) = side.secret_requests.iter().find(|one| one.metadata.name == change.name) else {
            return Vec::new();
        };
        let service = side.services.iter().find(|one| one.metadata.name == request.spec.service);
        let owner = request.metadata.owner.as_ref().or(service.and_then(|one| one.metadata.owner.as_ref()));
        request.spec.approvers.iter().chain(owner).cloned().collect()
    };
    asked(before).into_iter().chain(asked(after)).map(|team| (team, why(change))).collect()
}

/// Who is in a team, and as what the forge knows it, says who may approve; its budget says what it may spend.
fn of_teams(change: &DeclaredChange, platform: Option<&Name>) -> Asks {
    const WEIGHTY: [&str; 5] = ["members", "forgeTeam", "monthlyBudget", "budget", "owner"];
    let is_weighty = |field: &FieldChange| field.path.keys().first().is_some_and(|key| WEIGHTY.contains(key));
    if !change.fields.iter().any(is_weighty) && change.action != Action::Delete {
        return Asks::new();
    }
    // A team that base does not know cannot speak for itself.
    let itself = (change.action != Action::Create).then_some(&change.name);
    platform.into_iter().chain(itself).map(|team| (team.clone(), why(change))).collect()
}

/// What changes hands takes the word of both.
fn owners<S>(
    kind: Kind,
    before: &[Declared<S>],
    after: &[Declared<S>],
    renamed_from: fn(&S) -> Option<&Name>,
) -> Vec<DeclaredChange> {
    let known: BTreeMap<&Name, &Declared<S>> = before.iter().map(|one| (&one.metadata.name, one)).collect();
    let tree = |one: &Declared<S>| trees(std::slice::from_ref(one), |_| Map::new()).into_values().next();
    let changed = |is: &Declared<S>| {
        let name = &is.metadata.name;
        let was = known.get(name).or_else(|| known.get(renamed_from(&is.spec)?))?;
        let both = [was, is].map(|one| one.metadata.owner.clone());
        change(kind, name, tree(was).as_ref(), tree(is).as_ref(), &|_, _, _| {
            both.iter().flatten().map(|team| (team.clone(), format!("{name} changes hands"))).collect()
        })
    };
    after.iter().filter_map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::fixture::{declaration, documents};

    fn told(before: &[Value], after: &[Value]) -> Vec<String> {
        let platform = Name::parse("platform");
        let told = |one: &DeclaredChange| {
            let fields: Vec<String> = one
                .fields
                .iter()
                .map(|field| {
                    let shown = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
                    format!("{} {} to {}", field.path, shown(&field.before), shown(&field.after))
                })
                .collect();
            let asks: Vec<&str> = one.asks.iter().map(|(team, _)| team.as_str()).collect();
            format!("{:?} {}: {}; {}", one.action, one.name, fields.join(", "), asks.join(", "))
        };
        changes(&documents(before, &[]), &documents(after, &[]), platform.as_ref()).iter().map(told).collect()
    }

    fn team(more: Value) -> Value {
        let mut spec = json!({"forgeTeam": "@acme/shopping", "members": [{"login": "a"}, {"login": "b"}]});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        declaration("Team", "shopping", spec)
    }

    #[test]
    fn who_is_in_a_team_and_what_it_may_spend_takes_its_word_and_the_platforms() {
        let before = [team(json!({"monthlyBudget": "100 USD"}))];
        assert_eq!(
            told(&before, &[team(json!({"monthlyBudget": "200 USD"}))]),
            ["Update shopping: monthlyBudget \"100 USD\" to \"200 USD\"; platform, shopping"]
        );
        let members = json!({"monthlyBudget": "100 USD", "members": [{"login": "b"}, {"login": "a"}, {"login": "c"}]});
        assert_eq!(told(&before, &[team(members)]), ["Update shopping: members[] - to \"c\"; platform, shopping"]);
        let elsewhere = json!({"monthlyBudget": "100 USD", "forgeTeam": "@acme/everyone"});
        assert_eq!(
            told(&before, &[team(elsewhere)]),
            ["Update shopping: forgeTeam \"@acme/shopping\" to \"@acme/everyone\"; platform, shopping"]
        );
        let channel = json!({"monthlyBudget": "100 USD", "channel": "#shop"});
        assert_eq!(told(&before, &[team(channel)]), ["Update shopping: channel - to \"#shop\"; "]);
        assert_eq!(told(&before, &before), [""; 0]);
        assert_eq!(told(&before, &[]), ["Delete shopping: ; platform, shopping"]);
        assert!(told(&[], &before)[0].ends_with("; platform"), "{:?}", told(&[], &before));
    }

    fn service(owner: &str) -> Value {
        let mut service = declaration("Service", "cart", json!({"containers": {"main": {"image": "x.example/x:v1"}}}));
        service["metadata"]["owner"] = json!(owner);
        service
    }

    #[test]
    fn what_changes_hands_takes_the_word_of_both() {
        assert_eq!(
            told(&[service("shopping")], &[service("checkout")]),
            ["Update cart: owner \"shopping\" to \"checkout\"; checkout, shopping"]
        );
        let mut renamed = service("checkout");
        renamed["metadata"]["name"] = json!("basket");
        renamed["spec"]["renamedFrom"] = json!("cart");
        assert_eq!(
            told(&[service("shopping")], &[renamed]),
            ["Update basket: owner \"shopping\" to \"checkout\"; checkout, shopping"]
        );
        assert_eq!(told(&[], &[service("checkout")]), [""; 0]);
    }

    fn request(approvers: &[&str], expires: Option<&str>) -> Value {
        let mut spec = json!({
            "service": "cart", "environments": ["production"], "keys": {"KEY": {"description": "the gateway"}},
            "reason": "it charges the cards", "approvers": approvers
        });
        if let Some(day) = expires {
            spec["expires"] = json!(day);
        }
        declaration("SecretRequest", "gateway", spec)
    }

    #[test]
    fn a_secret_request_takes_the_approvers_of_both_sides_and_the_owner() {
        let cart = service("shopping");
        let strict = [cart.clone(), request(&["security"], Some("2027-06-30"))];
        let lax = [cart.clone(), request(&["shopping"], None)];
        assert_eq!(
            told(&strict, &lax),
            ["Update gateway: approvers \"security\" to \"shopping\", expires \"2027-06-30\" to \"never\"; security, \
                 shopping"]
        );
        let changes = changes(&documents(&strict, &[]), &documents(&lax, &[]), None);
        let context: Vec<&str> = changes[0].context.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(context, ["service", "environments", "reason", "rotation"]);
        let new = told(&[cart], &strict);
        assert!(new[0].contains("rotation - to \"none\"") && new[0].ends_with("; security, shopping"), "{new:?}");
        assert_eq!(told(&strict, &strict[..1]), ["Delete gateway: ; "]);
    }

    #[test]
    fn an_environment_takes_its_owners_word_beside_the_platforms() {
        let environment = |class: &str| {
            let spec = json!({"class": class, "provider": "kubernetes", "domain": "x.example"});
            let mut environment = declaration("Environment", "production", spec);
            environment["metadata"]["owner"] = json!("operations");
            environment
        };
        assert_eq!(
            told(&[environment("production")], &[environment("staging")]),
            ["Update production: class \"production\" to \"staging\"; operations"]
        );
        assert!(told(&[], &[environment("staging")])[0].ends_with("; "));
    }
}
