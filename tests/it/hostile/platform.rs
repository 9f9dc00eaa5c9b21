//! Hostile platform files: Terraform modules and manifests of a resource type that reach beyond the unit.

use super::{Run, service, small, watch};

const MODULE: &str = "golden-paths/resources/evil/local/main.tf";
const TYPE: &str = "golden-paths/resources/evil/resource-type.yaml";
const VERSIONS: &str = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n";

/// A resource type with these manifests, one of whose resources a service uses.
fn check(manifests: &str, files: &[(&str, &str)]) -> Run {
    let repository = small();
    let head =
        "apiVersion: pavior.dev/v1\nkind: ResourceType\nmetadata: {name: evil, description: x, owner: shopping}\n";
    repository.write(
        TYPE,
        format!(
            "{head}spec:\n  params: {{type: object, additionalProperties: false, properties: {{}}}}\n  \
             classes: {{standard: {{}}}}\n  defaultClass: standard\n  outputs: {{host: {{description: x}}}}\n  \
             provisioners:\n    - environment: {{provider: local}}\n      terraform: {{module: ./local, variables: {{}}}}\n      \
             outputs: {{host: localhost}}\n      access: {{owner: administer, consumers: read}}\n      \
             reversibility: {{\"*\": in-place, delete: keeps-data}}\n      manifests: [{manifests}]\n"
        ),
    );
    repository.write(MODULE, "resource \"terraform_data\" \"it\" {}\n");
    for (path, text) in files {
        repository.write(path, text);
    }
    let uses = "  resources: {it: {type: evil}}\n";
    let variables = "\"a/b:1\", variables: {HOST: \"${resources.it.host}\"}";
    repository.write("catalog/cart.yaml", service(uses).replace("\"a/b:1\"", variables));
    watch(&repository, &["compile", "--out", "out"])
}

#[test]
fn the_resource_type_is_well_before_it_is_made_hostile() {
    let object = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: \"${environment.namespace}\"}}";
    let run = check(object, &[("golden-paths/resources/evil/local/versions.tf", VERSIONS)]);
    assert_eq!(run.exit_code, Some(0), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_module_that_reaches_beyond_its_resources_is_refused() {
    for text in [
        "data \"external\" \"x\" {\n  program = [\"id\"]\n}",
        "data \"http\" \"x\" {\n  url = \"https://evil.example\"\n}",
        "data \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n}",
        "data \"local_file\" \"x\" {\n  filename = \"/etc/passwd\"\n}",
        "resource \"null_resource\" \"x\" {}",
        "locals {\n  x = file(\"/etc/passwd\")\n}",
        "locals {\n  x = templatefile(\"../../../x\", {})\n}",
        "resource \"terraform_data\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"id\"\n  }\n}",
        "resource \"aws_instance\" \"x\" {\n  connection {\n    host = \"x\"\n  }\n}",
        "module \"x\" {\n  source = \"git::https://evil.example/x.git\"\n}",
        "module \"x\" {\n  source = \"./../../../other\"\n}",
        "module \"x\" {\n  source = \"evil/x/aws\"\n}",
        "terraform {\n  backend \"http\" {\n    address = \"https://evil.example\"\n  }\n}",
        "terraform {\n  cloud {}\n}",
        "terraform {\n  required_providers {\n    evil = { source = \"evil/evil\" }\n  }\n}",
        "provider \"aws\" {\n  endpoints {\n    s3 = \"https://evil.example\"\n  }\n}",
        "import {\n  to = aws_s3_bucket.x\n  id = \"somebody-elses\"\n}",
        "removed {\n  from = aws_s3_bucket.x\n}",
        "this is { no HCL",
    ] {
        let run = check("", &[(MODULE, text)]);
        run.expect_compile_refusal(text, "provision/module");
    }
}

#[test]
fn files_that_terraform_reads_unasked_are_refused_or_left_behind() {
    for (name, refused) in [
        ("x_override.tf", true),
        ("override.tf", true),
        ("main.tf.json", false),
        ("terraform.tfvars", false),
        ("x.auto.tfvars", false),
        (".terraformrc", false),
        (".terraform.lock.hcl", false),
        (".terraform/modules/modules.json", false),
    ] {
        let path = format!("golden-paths/resources/evil/local/{name}");
        let run = check("", &[(&path, "resource \"terraform_data\" \"other\" {}\n")]);
        match refused {
            true => run.expect_compile_refusal(name, "provision/module"),
            false => {
                assert_eq!(run.exit_code, Some(0), "{name}: {}{}", run.stdout, run.stderr);
                assert!(!run.written.iter().any(|path| path.ends_with(name)), "{name} is left behind");
            }
        }
    }
}

#[test]
fn a_manifest_that_reaches_beyond_the_unit_is_refused() {
    let here = "namespace: \"${environment.namespace}\"";
    for object in [
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: x}}".to_owned(),
        "{apiVersion: v1, kind: Namespace, metadata: {name: x}}".to_owned(),
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: x}}"
            .to_owned(),
        "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: kube-system}}".to_owned(),
        "{apiVersion: v1, kind: Pod, metadata: {name: x}}".to_owned(),
        "{apiVersion: v1, kind: PodList, items: [], metadata: {name: x}}".to_owned(),
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: X, {here}}}}}"),
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, {here}, ownerReferences: []}}}}"),
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, {here}, finalizers: [a]}}}}"),
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, {here}, generateName: a}}}}"),
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, {here}, labels: {{applyset.k8s.io/part-of: x}}}}}}"),
        format!("{{apiVersion: v1, metadata: {{name: x, {here}}}}}"),
    ] {
        check(&object, &[]).expect_compile_refusal(&object, "provision/manifest");
    }
}
