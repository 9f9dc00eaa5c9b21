//! Sessions of an editor with `pavior lsp`, from `initialize` to `exit`, on the shipped repository.

use crate::editor::Editor;
use serde_json::{Value, json};

const CART: &str = "catalog/shopping/cartservice.yaml";
const TEAM: &str = "catalog/teams/shopping.yaml";

fn labels(completion: &Value) -> Vec<&str> {
    let items = completion["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["label"].as_str()).collect()
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic["code"].as_str()).collect()
}

#[test]
fn a_mistake_is_shown_explained_and_mended_in_one_session() {
    let mut editor = Editor::start_in_folder();
    editor.wait_for(|message| message["method"] == "client/registerCapability");

    // A mistake, behind characters that UTF-16 and UTF-8 count differently.
    let saved = editor.saved(CART);
    let (_, spec) = saved.split_once("spec:\n").expect("a service has a spec");
    let header = "apiVersion: pavior.dev/v1\nkind: Service\n";
    let metadata = "metadata: {name: cartservice, description: \"é😀\", owner: shoping}\n";
    let mistaken = format!("{header}{metadata}spec:\n{spec}");
    editor.open(CART, &mistaken);
    let diagnostics = editor.diagnostics(CART);
    assert_eq!(codes(&diagnostics), ["link/unknown-owner"], "{diagnostics:#?}");
    let wrong = &diagnostics[0];
    assert_eq!(wrong["severity"], 1);
    assert_eq!(wrong["source"], "pavior");
    let before = metadata[..metadata.find("shoping").expect("it is there")].encode_utf16().count();
    assert_eq!(wrong["range"]["start"], json!({ "line": 2, "character": before }));
    assert_eq!(wrong["range"]["end"], json!({ "line": 2, "character": before + "shoping".len() }));

    // What could stand there, and what there is to know.
    let owners = editor.at("textDocument/completion", CART, "owner: sho");
    assert!(labels(&owners).contains(&"shopping"), "{owners}");
    let explained = editor.at("textDocument/hover", CART, "owner: sho");
    let markdown = explained["contents"]["value"].as_str().expect("a hover is Markdown");
    assert!(markdown.contains("link/unknown-owner"), "{markdown}");

    // The suggestion as an edit, which the editor makes.
    let params = json!({ "textDocument": { "uri": editor.uri(CART) }, "range": wrong["range"], "context": { "diagnostics": [wrong] } });
    let actions = editor.ask("textDocument/codeAction", params)["result"].clone();
    assert_eq!(actions[0]["title"], "Change to `shopping`", "{actions:#}");
    let edit = actions[0]["edit"]["changes"][editor.uri(CART)][0].clone();
    assert_eq!(edit["range"], wrong["range"]);
    let new_text = edit["newText"].as_str().expect("an edit has a text").to_owned();
    editor.replace(CART, "shoping", &new_text);
    assert_eq!(editor.diagnostics(CART), Vec::<Value>::new());

    // From the name to its declaration, and back to all who mention it.
    let team = editor.at("textDocument/hover", CART, "owner: sho");
    let markdown = team["contents"]["value"].as_str().expect("a hover is Markdown");
    assert!(markdown.contains("#shopping") && markdown.contains("shopping-primary"), "{markdown}");
    let definition = editor.at("textDocument/definition", CART, "owner: sho");
    assert_eq!(definition[0]["uri"], editor.uri(TEAM));
    let name = editor.saved(TEAM).lines().position(|line| line.contains("name: shopping")).expect("it has a name");
    assert_eq!(definition[0]["range"]["start"], json!({ "line": name, "character": 8 }));
    let references = editor.at("textDocument/references", CART, "owner: sho");
    assert!(references.as_array().expect("a list").len() > 3, "{references}");

    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_placeholder_is_completed_while_the_text_is_no_yaml_and_says_what_it_becomes() {
    let mut editor = Editor::start_in_folder();
    let text = editor.saved(CART);
    editor.open(CART, &text);
    // Nothing was wrong, so nothing is told; an answer shows that the text has arrived.
    let symbols = editor.at("textDocument/documentSymbol", CART, "kind");
    assert_eq!(symbols[0]["name"], "cartservice");
    let children: Vec<&str> =
        symbols[0]["children"].as_array().expect("a list").iter().filter_map(|child| child["name"].as_str()).collect();
    assert!(
        children.contains(&"carts") && children.contains(&"production") == text.contains("production:"),
        "{children:?}"
    );

    let value = editor.at("textDocument/hover", CART, "${resources.carts.host");
    let markdown = value["contents"]["value"].as_str().expect("a hover is Markdown");
    for part in ["| local |", "| production | from the secret store", "| staging |"] {
        assert!(markdown.contains(part), "{markdown}");
    }
    let definition = editor.at("textDocument/definition", CART, "${resources.car");
    let declared = text.lines().position(|line| line.trim_start().starts_with("carts:")).expect("it is declared");
    assert_eq!(definition[0]["range"]["start"], json!({ "line": declared, "character": 4 }));

    editor.replace(CART, "REDIS_ADDR: ${resources.carts.host}", "MORE: [\n        REDIS_ADDR: ${resources.carts.");
    let outputs = editor.at("textDocument/completion", CART, "REDIS_ADDR: ${resources.carts.");
    assert!(labels(&outputs).contains(&"host") && labels(&outputs).contains(&"password"), "{outputs}");
    let broken = editor.diagnostics(CART);
    assert!(codes(&broken).iter().all(|code| code.starts_with("yaml/") || code.starts_with("parse/")), "{broken:#?}");

    let fields = editor.at("textDocument/completion", CART, "    carts: {type: redis, cl");
    assert_eq!(labels(&fields)[..2], ["class", "id"]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_change_in_one_file_is_seen_in_the_others() {
    let mut editor = Editor::start_in_folder();
    let text = editor.saved(TEAM);
    editor.open(TEAM, &text);
    editor.replace(TEAM, "name: shopping", "name: shoppers");
    let diagnostics = editor.diagnostics(CART);
    assert_eq!(codes(&diagnostics), ["link/unknown-owner"]);
    // A question in between takes no diagnostics away.
    editor.replace(TEAM, "name: shoppers", "name: shopping");
    editor.at("textDocument/hover", TEAM, "name: sho");
    if editor.shown[&editor.uri(CART)] != Vec::<Value>::new() {
        assert_eq!(editor.diagnostics(CART), Vec::<Value>::new());
    }
    editor.replace(TEAM, "name: shopping", "name: shoppers");
    assert_eq!(codes(&editor.diagnostics(CART)), ["link/unknown-owner"]);
    // What is closed unsaved is as it was.
    let uri = editor.uri(TEAM);
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.diagnostics(CART), Vec::<Value>::new());
    // What another program writes is seen when the editor tells of it.
    editor.save(TEAM, &text.replace("name: shopping", "name: shoppers"));
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    assert_eq!(codes(&editor.diagnostics(CART)), ["link/unknown-owner"]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let mut editor = Editor::start_in_folder();
    for uri in ["untitled:Untitled-1".to_owned(), "file:///etc/hosts".to_owned(), editor.uri("README.md")] {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": "kind: Service\n" });
        editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
        let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 3 } });
        for method in ["textDocument/completion", "textDocument/hover", "textDocument/definition"] {
            let answer = editor.ask(method, place.clone());
            assert!(answer["result"].is_null() && answer["error"].is_null(), "{uri} {method}: {answer}");
        }
    }
    assert!(editor.shown.is_empty(), "{:?}", editor.shown);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn the_protocol_is_kept_when_the_editor_does_not() {
    let mut editor = Editor::start();
    let early = editor.ask("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002);
    editor.ask("initialize", json!({ "capabilities": {} }));
    editor.tell("initialized", json!({}));
    assert_eq!(editor.ask("initialize", json!({ "capabilities": {} }))["error"]["code"], -32600);
    assert_eq!(editor.ask("textDocument/makeCoffee", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({ "textDocument": 1 }))["error"]["code"], -32602);
    editor.tell("textDocument/didChange", json!({ "textDocument": 1 }));
    editor.tell("$/setTrace", json!({ "value": "off" }));
    let told = editor.wait_for(|message| message["method"] == "window/logMessage");
    assert!(told["params"]["message"].as_str().is_some_and(|text| text.contains("didChange")), "{told}");
    assert!(editor.ask("shutdown", Value::Null)["error"].is_null());
    assert_eq!(editor.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn an_editor_that_leaves_without_a_word_is_not_waited_for() {
    let mut exits = Editor::start_in_folder();
    exits.tell("exit", Value::Null);
    assert_eq!(exits.end(), Some(1));
    assert_eq!(Editor::start_in_folder().end(), Some(1));
    assert_eq!(Editor::start().end(), Some(1));
}

#[test]
fn every_request_is_answered_once_also_those_that_are_taken_back() {
    let mut editor = Editor::start_in_folder();
    let text = editor.saved(CART);
    editor.open(CART, &text);
    let place = editor.place(CART, "owner: sho");
    let ids: Vec<i64> = (0..50)
        .map(|count| {
            editor.replace(CART, "tags: [", &format!("tags: [t{count}, "));
            let id = editor.send("textDocument/hover", place.clone());
            editor.tell("$/cancelRequest", json!({ "id": id }));
            id
        })
        .collect();
    for id in ids {
        let answer = editor.wait_for(|message| message["method"].is_null() && message["id"].is_i64());
        assert!(answer["error"]["code"] == -32800 || answer["error"].is_null(), "{id}: {answer}");
    }
    assert_eq!(editor.leave(), Some(0));
}
