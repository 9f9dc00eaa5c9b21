//! Why Pavior does what nobody told it to, one sentence without its end each.

pub const SHAPE: &str = "every object of this kind is written so";
pub const WORKLOAD_SHAPE: &str =
    "what runs all the time is a Deployment, or a StatefulSet where one pod alone may write to its data";
pub const MANAGED_BY: &str = "whatever Pavior makes is marked as its own";
pub const COMPONENT: &str = "pods of the workload are told from those of its jobs";
pub const ORGANISATION: &str = "without pavior.yaml the organisation is called `org`";
pub const TIER: &str = "what says no tier is supporting: nobody outside notices for a day";
pub const HIGHEST_TIER: &str = "a shared resource is as important as the most important service that uses it";
pub const NAMESPACE: &str = "an environment's namespace is called as the environment, unless it says otherwise";
pub const WAVE: &str = "jobs without a schedule run before the workload is replaced";
pub const LIST: &str = "the kustomization lists the files beside it";

pub const REPLICAS: &str = "two replicas in an environment of class production, else one";
pub const REPLICAS_OF_VOLUME: &str = "one replica: its data lets only one pod write";
pub const WITHIN_MAX: &str = "no more than the maximum";
pub const AS_MIN: &str = "without a maximum there are as many as at least";
pub const CPU_TARGET: &str = "replicas are added at 70% of the requested CPU";
pub const ROLLING: &str = "pods are replaced one by one, none missing meanwhile";
pub const SCALING_PACE: &str = "scale up at once, down only after five calm minutes";
pub const REVISIONS: &str = "five former versions can be returned to";
pub const SPREAD: &str = "several replicas are spread over zones and nodes";
pub const ONE_AWAY: &str = "one replica may be away at a time";
pub const SICK_PODS: &str = "a pod that is not ready serves nobody: it must not hold up a drain";

pub const CONFINED: &str = "containers run as an ordinary user, without privileges, on a read-only root file system";
pub const USER: &str = "containers run as user 10001";
pub const NO_TOKEN: &str = "no token of the cluster's API is mounted";
pub const NO_LINKS: &str = "other services are not written into environment variables";
pub const GRACE: &str = "a pod that is to stop has 30 seconds";
pub const DRAIN: &str = "a container answers five more seconds, until all callers have heard that it goes";
pub const PULL: &str = "a tag can change what it means, so it is always asked for; a digest cannot";
pub const REQUEST: &str = "a container that asks for nothing is promised 100m CPU and 128Mi of memory";
pub const REQUEST_WITHIN_LIMIT: &str = "100m CPU and 128Mi of memory, but no more than the limit";
pub const LIMIT: &str = "a container without limits may use twice the CPU that it is promised, and as much memory";
pub const LIMIT_OF_REQUEST: &str = "without a limit, twice the CPU or as much memory as is requested";
pub const FRONT_PAGE: &str = "a static site is asked for its front page";
pub const STARTUP: &str = "others wait for this sidecar, so its probe of health is its startup probe, too";
pub const SIDECAR: &str = "others wait until it has started, so it starts first and stays";
pub const TMP: &str = "the root file system is read-only, so /tmp is scratch space";
pub const SCRATCH: &str = "the root file system is read-only, so what is written goes to scratch space of 1Gi at most";
pub const FILE_MOUNT: &str = "files are mounted from a ConfigMap or Secret";
pub const FILES_DIGEST: &str = "a fingerprint of the files: pods are replaced when one changes";
pub const SECRET_HELPER: &str =
    "Kubernetes puts the secret into the text by $(NAME), so it needs a variable of its own";
pub const NEVER_RESTART: &str = "each try is a new pod, so that the logs of failed ones stay";

pub const RETRIES: &str = "three tries";
pub const TIMEOUT: &str =
    "a job may take an hour, a workload that ends six: a run that hangs must not keep out later ones";
pub const KEPT: &str = "ended jobs are kept for a week, to read their logs";
pub const JOB_NAME: &str = "a Job cannot be changed, so its name ends with a fingerprint of what it runs";
pub const CRON: &str = "runs never overlap, may start ten minutes late, and three are remembered";
pub const UTC: &str = "schedules are read in UTC";

pub const INSIDE: &str = "services are reached inside the cluster alone; a `route` leads in from outside";
pub const ONE_NAME_EACH: &str = "each pod of a StatefulSet has a name of its own";
pub const TCP: &str = "ports are TCP";
pub const TARGET_PORT: &str = "containers listen on the port that is called";
pub const APP_PROTOCOL: &str = "the name of a port says which protocol gateways and meshes speak to it";
pub const CLOSED: &str = "nobody reaches a pod and it reaches nobody, but for what declarations show";
pub const DNS: &str = "every pod may look names up";
pub const CALLED: &str = "this service is called there";
pub const PREVIEW: &str = "of the pull request that the environment is made for";
pub const PREVIEWS: &str = "previews share this environment and call what they have not cloned";
pub const CALLS: &str = "this service calls it there";
pub const PROMETHEUS: &str = "Prometheus reads the metrics from its namespace";
pub const GATEWAY: &str = "requests from outside come through the environment's gateway";
pub const IDENTITY: &str = "a workload with permissions in the cloud gets its credentials there";
pub const REACHES: &str = "the provisioner of a resource says what its users have to reach";

pub const STORE: &str = "External Secrets reads the store each hour; what the store loses stays in the cluster";
pub const STORE_PATH: &str =
    "the path in the secret store is made of the names of organisation, environment, service and resource";
pub const ALERT: &str = "every unit is watched by the same alerts, made for what it consists of";
pub const SEVERITY: &str = "a page is for what users of production notice: class, tier and the alert decide";
pub const DASHBOARD: &str = "every service has a dashboard of what it consists of";
pub const OBJECTIVE: &str = "a promise under `slo` is measured, and alerted on when its budget is spent too fast";
pub const METRICS_PORT: &str = "Prometheus finds the port by its name";

pub const POD_SECURITY: &str = "a namespace admits confined pods only: the restricted Pod Security Standard";
pub const LIMIT_RANGE: &str = "pods that others bring get the defaults of declarations";

pub const MODULE: &str = "the module of the resource type, copied as it is";
pub const TERRAFORM_VERSION: &str = "write-only arguments, which keep secrets out of the state, need Terraform 1.11";
pub const TERRAFORM_PROVIDER: &str = "modules of this provider are written for these versions";
pub const STATE: &str = "each unit has a state and a lock of its own, encrypted";
pub const LOCAL_STATE: &str = "whoever applies says where the state lies: it outlives what is compiled";
pub const TAGS: &str = "everything that can be tagged says whose it is";
pub const MOVED: &str = "resources of a renamed unit move along, and are not made anew";
