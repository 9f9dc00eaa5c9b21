"""An AWS on loopback (moto), and what Pavior does in it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

from deliveries import Platform
from tools import PAVIOR, ROOT, Skipped, copied, need, plugin_directory, run, terraform_environment


@contextlib.contextmanager
def moto():
    """An AWS on loopback."""
    server = need("moto_server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [server, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log, env=environment)
        try:
            for _ in range(150):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.2)
            else:
                raise AssertionError("moto_server did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def aws_environment(work, endpoint):
    environment = terraform_environment(work)
    environment.update(AWS_ENDPOINT_URL=endpoint, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                       AWS_REGION="eu-central-1", AWS_DEFAULT_REGION="eu-central-1",
                       AWS_S3_USE_PATH_STYLE="true", AWS_EC2_METADATA_DISABLED="true")
    return environment


def an_aws_unit_is_planned(compiled):
    terraform, plugins = need("terraform"), plugin_directory()
    with moto() as endpoint, copied(compiled / "production" / "cartservice" / "terraform") as work:
        environment = aws_environment(work, endpoint)
        # State stays here: the bucket of the backend is not part of the unit.
        (work / "backend.tf").unlink()
        run(terraform, "init", "-input=false", f"-plugin-dir={plugins}", cwd=work, env=environment)
        planned = run(terraform, "plan", "-input=false", "-out=plan", cwd=work, env=environment).stdout
        shown = json.loads(run(terraform, "show", "-json", "plan", cwd=work, env=environment).stdout)
        types = sorted({change["type"] for change in shown["resource_changes"] if change["mode"] == "managed"})
        assert "aws_elasticache_replication_group" in types, types
        print(re.search(r"Plan: .*", planned).group(0), ", ".join(types))


# Every AWS resource type as a service asks for it. `identity` comes with every service: moto lacks
# CreatePodIdentityAssociation, so that one resource is left out of the copy that is applied.
AWS_RESOURCES = {
    "postgres": "{type: postgres, class: small}",
    "mysql": "{type: mysql, class: small}",
    "redis": "{type: redis, class: small}",
    "bucket": "{type: bucket}",
    "queue": "{type: queue}",
    "topic": "{type: topic}",
    "volume": "{type: volume}",
    "dns": "{type: dns, params: {name: x, target: y.example.com}}",
    "route": "{type: route, params: {host: \"shop.${environment.domain}\"}}",
    "secret": "{type: secret, params: {keys: [SESSION_KEY], generate: true}}",
}

# What moto 5.2 does not know; these are planned, not applied.
MOTO_LACKS = {
    "redis": "ElastiCache CreateUserGroup and CreateCacheParameterGroup",
    "volume": "DLM CreateLifecyclePolicy",
}


def moto_account(endpoint):
    """What an environment expects to be there, made in moto; its `aws:` block."""
    try:
        import boto3
    except ImportError as problem:
        raise Skipped("boto3 is not on this machine") from problem
    session = boto3.Session("testing", "testing", region_name="eu-central-1")

    def client(name):
        return session.client(name, endpoint_url=endpoint)

    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{zone}.0/24", AvailabilityZone=f"eu-central-1{'abc'[zone]}")
        for zone in range(3)
    ]
    group = ec2.create_security_group(GroupName="pods", Description="pods", VpcId=vpc)["GroupId"]
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    zone = client("route53").create_hosted_zone(Name="test.example", CallerReference="1")["HostedZone"]["Id"]
    topic = client("sns").create_topic(Name="alarms")["TopicArn"]
    client("s3").create_bucket(
        Bucket="access-logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client("s3").put_bucket_policy(Bucket="access-logs", Policy=json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::access-logs/*"}]}))
    client("eks").create_cluster(
        name="test", roleArn="arn:aws:iam::123456789012:role/eks",
        resourcesVpcConfig={"subnetIds": [subnet["Subnet"]["SubnetId"] for subnet in subnets]})
    return {
        "account": "123456789012",
        "vpc": vpc,
        "privateSubnets": [subnet["Subnet"]["SubnetId"] for subnet in subnets],
        "privateCidrs": [subnet["Subnet"]["CidrBlock"] for subnet in subnets],
        "clusterSecurityGroup": group,
        "kmsKey": key,
        "logBucket": "access-logs",
        "hostedZone": zone.rsplit("/", 1)[-1],
        "alarmTopic": topic,
    }


def moto_repository(folder, account):
    """A repository with one service a resource type, in one AWS environment."""
    shutil.copytree(ROOT / "golden-paths", folder / "golden-paths")
    catalog = folder / "catalog"
    catalog.mkdir()
    (folder / "pavior.yaml").write_text(
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: test}\n"
        "spec: {organisation: moto, owners: [platform], forge: {kind: github, repository: moto/platform}}\n")
    (catalog / "team.yaml").write_text(
        "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@moto/platform'}\n")
    environment = {
        "apiVersion": "pavior.dev/v1",
        "kind": "Environment",
        "metadata": {"name": "test", "owner": "platform"},
        "spec": {
            "class": "development", "provider": "aws", "region": "eu-central-1", "cluster": "test",
            "domain": "test.example", "secretStore": {"name": "store"}, "aws": account,
            "terraform": {"backend": {"local": {}}},
            "protection": {"deletionProtection": False, "backupRetentionDays": 1, "multiZone": False,
                           "finalSnapshot": False},
        },
    }
    # JSON is YAML.
    (catalog / "test.yaml").write_text(json.dumps(environment))
    for name, request in AWS_RESOURCES.items():
        (catalog / f"with-{name}.yaml").write_text(f"""apiVersion: pavior.dev/v1
kind: Service
metadata: {{name: with-{name}, owner: platform}}
spec:
  containers: {{main: {{image: "example.com/app:1"}}}}
  service: {{ports: {{http: {{port: 80, targetPort: 8080}}}}}}
  resources: {{it: {request}}}
""")


def every_aws_resource_type_is_applied(_):
    terraform, plugins = need("terraform"), plugin_directory()
    broken = []
    with moto() as endpoint, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        moto_repository(folder, moto_account(endpoint))
        run(PAVIOR, "compile", "--root", folder, "--out", folder / "out")
        for name in AWS_RESOURCES:
            with copied(folder / "out" / "test" / f"with-{name}" / "terraform") as work:
                environment = aws_environment(work, endpoint)
                for identity in work.glob("modules/identity-aws/main.tf"):
                    text = identity.read_text()
                    start = text.index('resource "aws_eks_pod_identity_association"')
                    identity.write_text(text[:start])
                (work / "backend.tf").unlink()
                started = time.monotonic()
                try:
                    run(terraform, "init", "-input=false", f"-plugin-dir={plugins}", cwd=work, env=environment)
                    if name in MOTO_LACKS:
                        planned = run(terraform, "plan", "-input=false", cwd=work, env=environment).stdout
                        count = re.search(r"Plan: (\d+) to add", planned).group(1)
                        print(f"{name}: {count} planned, not applied: moto lacks {MOTO_LACKS[name]}", flush=True)
                        continue
                    applied = run(terraform, "apply", "-input=false", "-auto-approve", cwd=work, env=environment)
                    again = run(terraform, "plan", "-input=false", "-detailed-exitcode", cwd=work, env=environment,
                                ok=(0, 2)).returncode
                    run(terraform, "destroy", "-input=false", "-auto-approve", cwd=work, env=environment)
                except AssertionError as problem:
                    broken.append(name)
                    print(f"{name}: FAILED: {str(problem)[-1500:]}")
                    continue
                count = re.search(r"Resources: (\d+) added", applied.stdout).group(1)
                second = "second plan empty" if again == 0 else "second plan NOT empty"
                print(f"{name}: {count} applied, {second}, destroyed, {time.monotonic() - started:.0f} s", flush=True)
    assert not broken, broken


# Shared resources, and how AWS's own client finds them.
LISTED = {
    "bucket": ("s3api", "list-buckets", "Buckets[].Name"),
    "queue": ("sqs", "list-queues", "QueueUrls[]"),
    "secret": ("secretsmanager", "list-secrets", "SecretList[].Name"),
    "postgres": ("rds", "describe-db-instances", "DBInstances[].DBInstanceIdentifier"),
}


def listed(environment, folder):
    """What is there of each, as the AWS CLI says."""
    client, there = need("aws"), {}
    for name, (group, command, query) in LISTED.items():
        # Named, for older clients do not read it from the environment.
        endpoint = ("--endpoint-url", environment["AWS_ENDPOINT_URL"])
        said = run(client, *endpoint, group, command, "--query", query, "--output", "json", cwd=folder, env=environment).stdout
        # The bucket for logs was there before.
        there[name] = [found for found in json.loads(said or "null") or [] if found != "access-logs"]
    return there


def an_environment_in_aws_comes_and_goes(_):
    """`pavior apply` in AWS: a bucket, a queue, a secret and a database are there by AWS's own client, and go again."""
    need("aws")
    terraform, plugins = need("terraform"), plugin_directory()
    with moto() as endpoint, tempfile.TemporaryDirectory() as folder:
        platform = Platform(folder)
        account = moto_account(endpoint)
        moto_repository(platform.folder, account)
        # Shared ones need no cluster, and no identity in it, which moto does not know.
        settings = json.loads((platform.folder / "catalog/test.yaml").read_text())
        del settings["spec"]["cluster"]
        (platform.folder / "catalog/test.yaml").write_text(json.dumps(settings))
        for file in (platform.folder / "catalog").glob("with-*.yaml"):
            file.unlink()
        for name in LISTED:
            (platform.folder / f"catalog/{name}.yaml").write_text(
                "apiVersion: pavior.dev/v1\nkind: Resource\n"
                f"metadata: {{name: my-{name}, owner: platform}}\nspec: {AWS_RESOURCES[name]}\n")
        platform.git("init", "--quiet", "--initial-branch", "main")
        platform.commit("one of each")
        environment = aws_environment(platform.folder, endpoint)
        del environment["TF_DATA_DIR"]
        assert not any(listed(environment, folder).values())

        def apply(*more, ok=(0,)):
            command = ("apply", "--environment", "test", "--yes", "--terraform", terraform, "--plugin-dir", plugins)
            return platform.pavior(*command, *more, ok=ok, env=environment).stdout

        started = time.monotonic()
        said = apply()
        assert "5 of 5 units as merged" in said, said
        there = listed(environment, folder)
        assert all(there.values()), there
        print(f"{', '.join(names[0] for names in there.values())}: there after {time.monotonic() - started:.0f} s")
        assert apply() == "nothing to do: all is as the ledger says\n"
        costs = {one["entry"]["unit"]["unit"]: one["entry"].get("cost") for one in platform.records()
                 if one["entry"]["kind"] == "began" and one["entry"]["effect"] == "terraform"}
        assert costs["_shared/my-postgres"]["currency"] == "USD" and costs["_shared/my-postgres"]["micros"] > 0, costs

        for name in LISTED:
            (platform.folder / f"catalog/{name}.yaml").unlink()
        platform.commit("none of them")
        said = apply(ok=(1,))
        assert "say --confirm test if that is meant" in said, said
        said = apply("--confirm", "test", ok=(1,))
        assert "say --confirm test/_shared/my-postgres if that is meant" in said, said
        assert listed(environment, folder)["postgres"], "what holds data stays until somebody says so"
        confirmed = [word for name in LISTED for word in ("--confirm", f"test/_shared/my-{name}")]
        said = apply("--confirm", "test", *confirmed)
        assert not any(listed(environment, folder).values()), listed(environment, folder)
        platform.pavior("audit", "verify")
        print(f"gone again after {time.monotonic() - started:.0f} s; {len(platform.records())} records")


SECRET_REQUEST = """apiVersion: pavior.dev/v1
kind: SecretRequest
metadata: {name: gateway, owner: platform}
spec:
  service: shop
  environments: [test]
  keys: {API_KEY: {description: Charges cards}}
  reason: Every order is charged through the gateway
  rotation: 90d
  expires: 2027-06-30
"""

SHOP = """apiVersion: pavior.dev/v1
kind: Service
metadata: {name: shop, owner: platform}
spec:
  containers: {main: {image: "example.com/app:1", variables: {KEY: "${secrets.gateway.API_KEY}"}}}
  service: {ports: {http: {port: 80, targetPort: 8080}}}
"""


def a_secret_request_in_aws_is_granted_and_filled_by_its_owner(_):
    """The store's empty secret with its policy, by AWS's own client; who asked, why and until when in the ledger; the value
    put there by the command that is printed, and seen nowhere else."""
    client, terraform, plugins = need("aws"), need("terraform"), plugin_directory()
    need("jq")
    with moto() as endpoint, tempfile.TemporaryDirectory() as folder:
        platform = Platform(folder)
        moto_repository(platform.folder, moto_account(endpoint))
        for file in (platform.folder / "catalog").glob("with-*.yaml"):
            file.unlink()
        settings = json.loads((platform.folder / "catalog/test.yaml").read_text())
        # Without a cluster here: manifests are an engine's.
        settings["spec"]["delivery"] = "argocd"
        (platform.folder / "catalog/test.yaml").write_text(json.dumps(settings))
        (platform.folder / "catalog/shop.yaml").write_text(SHOP)
        (platform.folder / "catalog/gateway.secret.yaml").write_text(SECRET_REQUEST)
        identity = platform.folder / "golden-paths/resources/identity/aws/main.tf"
        text = identity.read_text()
        # Moto lacks CreatePodIdentityAssociation.
        identity.write_text(text[:text.index('resource "aws_eks_pod_identity_association"')])
        platform.git("init", "--quiet", "--initial-branch", "main")
        platform.commit("a key for the gateway")
        environment = aws_environment(platform.folder, endpoint)
        del environment["TF_DATA_DIR"]

        def aws(*arguments, ok=(0,)):
            return run(client, "--endpoint-url", endpoint, "secretsmanager", *arguments, "--region", "eu-central-1",
                       "--output", "json", cwd=folder, env=environment, ok=ok)

        said = platform.pavior("apply", "--environment", "test", "--unit", "shop", "--yes", "--terraform", terraform,
                               "--plugin-dir", plugins, env=environment).stdout
        assert "no Terraform is left to do; Argo CD brings the rest" in said, said
        (listed,) = json.loads(aws("list-secrets").stdout)["SecretList"]
        path = listed["Name"]
        assert {"Key": "pavior.dev/rotate-within-days", "Value": "90"} in listed["Tags"], listed
        assert "OnlyReadersRead" in aws("get-resource-policy", "--secret-id", path).stdout
        empty = aws("get-secret-value", "--secret-id", path, ok=(254, 255))
        assert "ResourceNotFoundException" in empty.stderr, empty.stderr
        (asked,) = [record["entry"] for record in platform.records() if record["entry"].get("secrets")]
        assert asked["secrets"] == [{"name": "gateway", "keys": ["API_KEY"], "rotation": "90d", "expires": "2027-06-30",
                                     "reason": "Every order is charged through the gateway"}], asked
        assert asked["effect"] == "terraform" and asked["change"]["author"], asked
        platform.pavior("publish", "--environment", "test", "--yes")
        published = [record["entry"] for record in platform.records() if record["entry"].get("effect") == "publish"]
        assert [one.get("secrets") for one in published if one["unit"]["unit"] == "shop"] == [asked["secrets"]], published
        log = platform.pavior("audit", "log").stdout
        assert "; secret gateway (API_KEY) until 2027-06-30" in log, log
        known = json.loads(platform.pavior("secrets", "list", "--format", "json").stdout)["requests"][0]
        assert known["environments"][0]["carried"]["askedBy"] == asked["change"]["author"], known

        value = f"not-a-real-value-{os.getpid()}"
        printed = platform.pavior("secrets", "put", "gateway", "--environment", "test").stdout
        command = printed.splitlines()[-1]
        # Older clients do not read from the environment where AWS is.
        shim = pathlib.Path(folder) / ".git/shim/aws"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec {client} --endpoint-url {endpoint} "$@"\n')
        shim.chmod(0o755)
        done = subprocess.run(["bash", "-c", command], input=f"{value}\n", capture_output=True, text=True,
                              env={**environment, "PATH": f"{shim.parent}:{os.environ['PATH']}"})
        assert done.returncode == 0, done
        there = json.loads(aws("get-secret-value", "--secret-id", path).stdout)
        assert json.loads(there["SecretString"]) == {"value": value}, there
        again = platform.pavior("apply", "--environment", "test", "--unit", "shop", "--yes", "--terraform", terraform,
                                "--plugin-dir", plugins, env=environment).stdout
        told = said + log + printed + again + done.stdout + platform.pavior("audit", "log", "--format", "json").stdout
        states = "".join(path.read_text() for path in platform.folder.rglob("*.tfstate*"))
        assert value not in told + states and states, "Pavior never sees it"
        print(f"{path}: empty, granted, in the ledger, filled by its owner")
