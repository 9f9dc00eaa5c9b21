//! The rules of this stage.

use crate::model::rules;

rules! {
    NO_PROVISIONER = "provision/no-provisioner", Error,
        "A resource type has a provisioner for the environment's provider and class",
        "A resource is realised by the first provisioner of its type whose `environment` matches. Without one, nothing \
would exist behind the service's placeholders.\n\nUse a type that the provider supports, switch the service off there \
(`environments.<name>.enabled: false`), or add a provisioner to the type:\n\n```yaml\nprovisioners:\n  - environment: \
{provider: gcp}   # right: matches every environment on gcp\n```";

    UNKNOWN_CLASS = "provision/unknown-class", Error,
        "A resource names a class that its type has",
        "A class is a named preset of params, such as `small`. Each type lists its own under `spec.classes`; \
`pavior resource-types <name>` shows them.\n\n```yaml\ncarts: {type: redis, class: smal}    # wrong\ncarts: {type: \
redis, class: small}   # right\n```";

    UNKNOWN_PARAM = "provision/unknown-param", Error,
        "A resource sets only params that its type has",
        "A param that nothing reads would look as if it did something.\n\n```yaml\nparams: {memroy: 1Gi}   # wrong\n\
params: {memory: 1Gi}   # right\n```\n\n`pavior resource-types <name>` lists the params of a type.";

    PARAM_TYPE = "provision/param-type", Error,
        "A param has the type that its resource type says",
        "YAML decides the type by how a value is written: quotes make a text, none make a number or boolean where it \
reads as one.\n\n```yaml\nparams: {retentionDays: \"7\"}   # wrong: a text\nparams: {retentionDays: 7}     # right: a \
whole number\n```";

    PARAM_VALUE = "provision/param-value", Error,
        "A param has a value within the bounds of its resource type",
        "The bounds are what the provider accepts, so that a mistake shows in the pull request and not in the middle of \
an apply.\n\n```yaml\nparams: {memory: 2Gi}   # wrong where the type offers 1Gi, 3Gi and 12Gi\nparams: {memory: 3Gi}   # \
right\n```";

    MISSING_PARAM = "provision/missing-param", Error,
        "A resource sets the params that have no default",
        "Some params only the team can know, such as the keys of a secret.\n\n```yaml\ntokens: {type: secret}           \
                 # wrong\ntokens: {type: secret, params: {keys: [apiKey]}}   # right\n```";

    PARAM_PLACEHOLDER = "provision/param-placeholder", Error,
        "Placeholders in params name values that are known before anything is applied",
        "Params decide what is made, so they can only use what is known by then: `${metadata.name}`, \
`${environment.domain}` and plain outputs of other resources of the unit. Hosts and credentials that the provider \
invents are known only later.\n\n```yaml\nparams: {host: \"${resources.db.password}\"}       # wrong: a secret\n\
params: {host: \"shop.${environment.domain}\"}       # right\nparams: {topic: \"${resources.orders.id}\"}         # \
right: the id follows from the name\n```";

    RESOURCE_CYCLE = "provision/resource-cycle", Error,
        "Params of resources do not refer to each other in a circle",
        "A resource whose params use an output of another comes after it. In a circle none could come first.\n\nTake one \
of the placeholders out, or write its value.\n\n```yaml\n\
resources:\n  orders: {type: queue, params: {topic: \"${resources.orders.name}\"}}   # wrong: its own output\n  orders: \
{type: queue, params: {topic: \"${resources.events.id}\"}}     # right\n```";

    EXPRESSION = "provision/expression", Error,
        "Expressions of a resource type can be evaluated",
        "A string of a provisioner may hold `${...}` expressions in CEL. They may name \
`params`, `class`, `tables`, `resource`, `service`, `environment`, `names`, `store`, \
`labels`, ... A name that does not exist, types that do not go together, a missing key of a table or a division by \
zero are mistakes of the resource type, shown with the resource that ran into them.\n\n```yaml\nquantity: \
\"${params.requests * 0.5}\"           # wrong: a whole number times a decimal\nquantity: \"${double(params.requests) * \
0.5}\"   # right\n```";

    RESOURCE_TYPE = "provision/resource-type", Error,
        "A resource type agrees with itself",
        "Its default class exists, presets and defaults satisfy its own param schema, patterns are regular expressions, \
and every provisioner gives each declared output and no other. A secret output is a reference (`store` or `secret`), \
never a value; only the empty text may stand for a secret that the provider does not need.\n\n```yaml\noutputs: {host: \
{description: Host}, password: {description: Password, secret: true}}\nprovisioners:\n  - environment: {provider: aws}\n\
    outputs: {host: {store: host}, password: hunter2}           # wrong\n    outputs: {host: {store: host}, password: \
{store: password}}   # right\n```";

    UNKNOWN_USAGE = "provision/unknown-usage", Error,
        "A resource says only such usage as its type assumes something about",
        "What a month uses of a resource cannot be read from a declaration, so its type assumes something, and a service \
that knows better says so under `usage`. A word that the type does not know would change no price.\n\n```yaml\n\
images: {type: bucket, usage: {raeds: 5000000}}   # wrong\nimages: {type: bucket, usage: {reads: 5000000}}   # \
right\n```\n\n`pavior resource-types <name>` lists what can be said.";

    PRICE_UNIT = "provision/price-unit", Error,
        "A resource type counts in the unit that the price is for",
        "A quantity of hours times a price for months would be a cost that is wrong by a factor of 730. So the unit stands at \
both, and they have to agree: the spelling may differ (`million-requests`, `1000000-requests`), what is counted may \
not.\n\n```yaml\ncost: [{sku: s3/storage/standard, quantity: 10, unit: gb-hour}]    # wrong: the price is per \
gb-month\ncost: [{sku: s3/storage/standard, quantity: 10, unit: gb-month}]   # right\n```";

    MANIFEST = "provision/manifest", Error,
        "A provisioner's manifests are whole, namespaced objects",
        "Every object has `apiVersion`, `kind`, a DNS name and the environment's namespace. Objects of the whole \
cluster, owner references, finalizers and generated names are refused: they would reach beyond the unit that is \
reviewed.\n\n```yaml\n- apiVersion: v1\n  kind: Service\n  metadata: {name: \"${resource.name}\", namespace: \
\"${environment.namespace}\"}   # right\n```";

    MODULE = "provision/module", Error,
        "A Terraform module is a folder of plain resources beside its resource type",
        "Modules are reviewed once and applied everywhere, with credentials. So they hold nothing that runs programs \
(`provisioner`, `data \"external\"`), calls addresses (`data \"http\"`), reads other states, moves state (`import`, \
`removed`), brings code from elsewhere (a `module` whose source is not `./...`, providers other than hashicorp's \
aws and google), configures providers or backends (the compiler does), or overrides files unseen \
(`*_override.tf`, `*.auto.tfvars`).\n\nWrite resources and data sources of the provider only.";

    MODULE_VARIABLE = "provision/module-variable", Error,
        "A provisioner sets the variables of its Terraform module",
        "Every variable without a default is set, and every variable that is set exists.\n\n```yaml\nterraform:\n  \
module: ./aws\n  variables: {nmae: \"${names.short(40)}\"}   # wrong\n  variables: {name: \"${names.short(40)}\"}   # \
right\n```";

    NAME_COLLISION = "provision/name-collision", Error,
        "No two things of an environment have the same name",
        "Names follow from the organisation, environment, service and resource. Service `a` with resource `b-c` and \
service `a-b` with resource `c` would both make `a-b-c`; one would overwrite the other.\n\nRename one of the two.";

    HOST_CLASH = "provision/host-clash", Error,
        "No two routes of an environment answer at the same address",
        "A gateway hands a request for one host and path to one service. Where two routes claim the same, it is left to \
the gateway who gets it: one service takes the traffic of the other, from one apply to the next.\n\nGive one of them \
another host or path:\n\n```yaml\nweb: {type: route, params: {host: shop.example.com}}                # of frontend\nweb: \
{type: route, params: {host: shop.example.com}}                # wrong: of checkout\nweb: {type: route, params: {host: \
shop.example.com, path: /pay}}    # right\n```";

    UNKNOWN_NETWORK = "provision/unknown-network", Warning,
        "An environment says which addresses are its private network",
        "A resource type that is reached over the private network (`egress: [{to: network}]`) opens the network policy of \
its consumers to the private address ranges of the environment. Without any, nothing is opened: the workload runs and \
cannot connect.\n\n```yaml\nspec: {provider: aws, ...}                                             # wrong\nspec: {provider: \
aws, aws: {privateCidrs: [10.0.0.0/20], ...}, ...}   # right\n```\n\nA type that is realised inside the cluster says \
`{to: pods}`, one behind a public API `{to: internet}`.";

    ENVIRONMENT_SETTINGS = "provision/environment-settings", Error,
        "An environment says what its provider needs",
        "Resources on `aws` need `region` and `aws`, and services there `cluster`, too, for their identity is bound in it; on `gcp` they need `region` and `gcp`.\n\n```yaml\nspec:\n  \
provider: aws\n  region: eu-central-1\n  cluster: staging\n  aws: {account: \"123456789012\", vpc: vpc-0a1b2c3d, ...}\n```";

    PLACEHOLDER = "provision/placeholder", Error,
        "Placeholders of a workload have a value in every environment",
        "What a placeholder names exists in each environment that the service runs in: the output of the resource, the \
port of the called service, the region of the environment.\n\n```yaml\nADDRESS: ${services.cart.host}:${services.cart.port}   \
     # right where cart has one port\nADDRESS: ${services.cart.host}:${services.cart.ports.grpc}  # right where it has \
several\n```";

    ROUTE_PORT = "provision/route-port", Error,
        "A route leads to a port of its service",
        "The gateway forwards to a port that the service declares under `service.ports`, by name or by number.\n\n\
```yaml\nservice: {ports: {http: {port: 80, targetPort: 8080}}}\nresources:\n  web: {type: route, params: {port: http}}   \
# right\n```";

    LIMIT = "provision/limit-below-request", Error,
        "A container may use at least what it is promised",
        "Kubernetes refuses a limit below the request.\n\n```yaml\nresources: {requests: {cpu: 500m}, limits: {cpu: \
200m}}   # wrong\nresources: {requests: {cpu: 200m}, limits: {cpu: 500m}}   # right\n```";

    IMAGE_DIGEST = "provision/image-digest", Error,
        "Images are pinned where the environment requires it",
        "An environment with `images: {digests: required}` runs nothing but what is named by its digest: a tag may mean \
another image tomorrow, and a restart would then be a deployment that nobody reviewed. `pavior deploy` sets one, and \
`pavior promote` takes over what was tested.\n\n```yaml\nimage: ghcr.io/acme/cart:v2                   # wrong\nimage: \
ghcr.io/acme/cart@sha256:0a1b...         # right\n```";

    IMAGE_REGISTRY = "provision/image-registry", Error,
        "Images come from registries that the environment knows",
        "An environment with `images: {registries: [...]}` runs nothing from elsewhere. Each entry is a registry, with a \
path or without: `ghcr.io/acme` lets `ghcr.io/acme/cart` through, and not `ghcr.io/acme-too/cart`. A name without a registry \
is Docker Hub's, `docker.io/library/...`.\n\n```yaml\nimages: {registries: [ghcr.io/acme]}\nimage: docker.io/cart:v2       \
# wrong\nimage: ghcr.io/acme/cart:v2    # right\n```";

    SCALING = "provision/scaling-range", Error,
        "A service scales from at least one replica, and upwards",
        "`min` is not above `max`, and autoscaling cannot start from none: with no replica there is no load to \
measure.\n\n```yaml\nscaling: {min: 4, max: 2}   # wrong\nscaling: {min: 2, max: 4}   # right\nscaling: {min: 0}          \
 # right: switched off\n```";

    STATEFUL_SCALING = "provision/stateful-scaling", Warning,
        "A service with a volume has one replica",
        "A volume is written by one pod at a time, so a second replica would never start. The service stays at one \
replica, and a new version starts when the old one is gone.\n\nGive `scaling: {min: 1, max: 1}`, or keep the data in a \
datastore such as `postgres`.";
}
