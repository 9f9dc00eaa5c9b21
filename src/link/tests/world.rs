//! A small world in YAML: a platform, two teams, three environments and a few resource types. Tests add to it.

use std::collections::BTreeMap;

/// Files by path.
#[derive(Debug, Clone)]
pub struct World(BTreeMap<String, String>);

const PLATFORM: &str = "
apiVersion: pavior.dev/v1
kind: Platform
metadata: {name: platform}
spec: {organisation: acme, owners: [shopping]}
";

const REDIS: &str = "
apiVersion: pavior.dev/v1
kind: ResourceType
metadata: {name: redis, owner: shopping}
spec:
  params:
    type: object
    additionalProperties: false
    properties:
      memory: {type: string, enum: [1Gi, 3Gi], default: 1Gi, description: Memory}
  classes: {small: {memory: 1Gi}, large: {memory: 3Gi}}
  defaultClass: small
  outputs: {host: {description: Host}, port: {description: Port}}
  provisioners:
    - environment: {provider: kubernetes}
      outputs: {host: \"${resource.name}\", port: 6379}
";

const VOLUME: &str = "
apiVersion: pavior.dev/v1
kind: ResourceType
metadata: {name: volume, owner: shopping}
spec:
  params: {type: object, additionalProperties: false, properties: {}}
  classes: {small: {}}
  defaultClass: small
  outputs: {}
  provisioners:
    - environment: {provider: kubernetes}
      claim: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      outputs: {}
";

const SECRET: &str = "
apiVersion: pavior.dev/v1
kind: ResourceType
metadata: {name: secret, owner: shopping}
spec:
  params:
    type: object
    additionalProperties: false
    required: [keys]
    properties:
      keys: {type: array, items: {type: string}, description: Names of the values}
  classes: {standard: {}}
  defaultClass: standard
  outputs: {\"*\": {description: Value, secret: true}}
  provisioners:
    - environment: {provider: kubernetes}
      outputs: {\"*\": {secret: {name: \"${resource.name}\", key: \"${output}\"}}}
";

const ROUTE: &str = "
apiVersion: pavior.dev/v1
kind: ResourceType
metadata: {name: route, owner: shopping}
spec:
  standalone: true
  params:
    type: object
    additionalProperties: false
    properties:
      host: {type: string, default: \"\", description: Host}
  classes: {standard: {}}
  defaultClass: standard
  outputs: {host: {description: Host}}
  provisioners:
    - environment: {provider: kubernetes}
      outputs: {host: \"${params.host}\"}
";

impl World {
    /// What nearly every test needs, without a service.
    pub fn new() -> World {
        let mut world = World(BTreeMap::new()).with("pavior.yaml", PLATFORM);
        for (name, text) in [("redis", REDIS), ("volume", VOLUME), ("secret", SECRET), ("route", ROUTE)] {
            world = world.with(&format!("golden-paths/resources/{name}/resource-type.yaml"), text);
        }
        for team in ["shopping", "payments"] {
            world = world.declare("Team", team, "", &format!("spec: {{forgeTeam: \"@acme/{team}\"}}\n"));
        }
        let spec = |more: &str| format!("spec: {{provider: kubernetes, domain: acme.example, {more}}}\n");
        world.declare("Environment", "staging", ", owner: shopping", &spec("class: staging")).declare(
            "Environment",
            "production",
            ", owner: shopping",
            &spec("class: production"),
        )
    }

    /// With an environment for pull requests.
    pub fn with_previews(self) -> World {
        let spec = "spec: {type: preview, class: development, provider: kubernetes, domain: p.example, preview: {shares: staging}}\n";
        self.declare("Environment", "preview", ", owner: shopping", spec)
    }

    /// With this file in place of what was there.
    pub fn with(&self, path: &str, text: &str) -> World {
        let mut world = self.clone();
        world.0.insert(path.to_owned(), text.to_owned());
        world
    }

    /// With a declaration in `catalog/<kind>-<name>.yaml`.
    fn declare(&self, kind: &str, name: &str, metadata: &str, rest: &str) -> World {
        let text = format!("apiVersion: pavior.dev/v1\nkind: {kind}\nmetadata: {{name: {name}{metadata}}}\n{rest}");
        self.with(&format!("catalog/{}-{name}.yaml", kind.to_lowercase()), &text)
    }

    /// With a declaration of a kind whose spec this is, of team shopping.
    pub fn declaring(&self, kind: &str, name: &str, spec: &str) -> World {
        self.declare(kind, name, ", owner: shopping", &format!("spec:\n{}", indented(spec)))
    }

    /// With a service of team shopping whose main container has these variables, and this much more in its spec.
    pub fn service(&self, name: &str, variables: &[&str], more: &str) -> World {
        self.service_of("shopping", name, variables, more)
    }

    /// With a service of a team. Variables are lines such as `A: x`.
    pub fn service_of(&self, team: &str, name: &str, variables: &[&str], more: &str) -> World {
        let mut spec = format!("  containers:\n    main:\n      image: \"acme/{name}:1.0\"\n");
        if !variables.is_empty() {
            spec.push_str("      variables:\n");
            variables.iter().for_each(|line| spec.push_str(&format!("        {line}\n")));
        }
        self.declare("Service", name, &format!(", owner: {team}"), &format!("spec:\n{spec}{}", indented(more)))
    }

    /// With a service that listens.
    pub fn callee(&self, name: &str) -> World {
        self.service(name, &[], "service: {ports: {grpc: {port: 7070}}}")
    }

    pub fn without(&self, path: &str) -> World {
        let mut world = self.clone();
        assert!(world.0.remove(path).is_some(), "{path} is there");
        world
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

fn indented(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("  {line}\n")).collect()
}
