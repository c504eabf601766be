//! What we ship for containers agrees with the program: settings it knows, doors it has, time enough to stop.

use bellbird_core::config::{Config, WorkerConfig};
use bellbird_core::secret::{Cipher, ExposeSecret};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const UID: u64 = 10_001;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Every document of a YAML file.
fn documents(file: &str) -> Vec<Value> {
    let text = read(file);
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    documents.map(|document| serde::Deserialize::deserialize(document).expect("YAML")).collect()
}

fn manifest(file: &str, kind: &str) -> Value {
    let found = documents(&format!("deploy/kubernetes/base/{file}")).into_iter();
    found
        .into_iter()
        .find(|document| document["kind"] == kind)
        .unwrap_or_else(|| panic!("no {kind} in {file}"))
}

/// `NAME=value` lines.
fn env_file(text: &str) -> HashMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

fn cluster_env() -> HashMap<String, String> {
    let mut env = env_file(&read("deploy/kubernetes/base/bellbird.env"));
    env.extend(env_file(&read("deploy/kubernetes/base/secret.env.example")));
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    env
}

/// Names that begin like ours and mean nothing would be ignored in silence; those of sections are refused by name.
fn settings(env: &HashMap<String, String>) -> Config {
    const KNOWN: [&str; 6] = [
        "BELLBIRD_HTTP_ADDR",
        "BELLBIRD_PUBLIC_URL",
        "BELLBIRD_GRAPH_URL",
        "BELLBIRD_SECRET_KEY",
        "BELLBIRD_SECRET_KEY_PREVIOUS",
        "BELLBIRD_FILES_URL",
    ];
    for name in env.keys().filter(|name| name.starts_with("BELLBIRD_") && !name.starts_with("BELLBIRD__")) {
        assert!(KNOWN.contains(&name.as_str()), "{name} is no setting");
    }
    Config::from_parts(None, env).unwrap_or_else(|error| panic!("{error}"))
}

/// The longest a worker takes to stop: handlers, handing back, last answers (worker/src/deps.rs).
fn drain(config: &Config) -> Duration {
    WorkerConfig::handler_timeout(&config.queue) + Duration::from_secs(10 + 30)
}

#[test]
fn the_cluster_sets_what_there_is_to_be_set_and_asks_at_doors_that_exist() {
    let config = settings(&cluster_env());
    let watch = config.worker.http_addr().unwrap().expect("workers answer");
    for (file, verb, door) in [("api.yaml", "serve", config.http.addr), ("worker.yaml", "work", watch)] {
        let deployment = manifest(file, "Deployment");
        let pod = &deployment["spec"]["template"];
        let container = &pod["spec"]["containers"][0];
        assert_eq!(container["args"][0], verb);
        asked_where_it_answers(container, door);
        assert_eq!(pod["metadata"]["annotations"]["prometheus.io/port"], door.port().to_string());
        assert_eq!(pod["metadata"]["annotations"]["prometheus.io/path"], "/metrics");
        let budget = manifest(file, "PodDisruptionBudget");
        for selector in [&deployment["spec"]["selector"], &budget["spec"]["selector"]] {
            for (name, value) in selector["matchLabels"].as_object().unwrap() {
                assert_eq!(pod["metadata"]["labels"][name], *value, "{file}: {name}");
            }
        }
    }
    let service = manifest("api.yaml", "Service");
    assert_eq!(service["spec"]["ports"][0]["targetPort"], "http");
    let grace = |file| {
        let pod = manifest(file, "Deployment")["spec"]["template"]["spec"].clone();
        Duration::from_secs(pod["terminationGracePeriodSeconds"].as_u64().unwrap())
    };
    assert!(grace("worker.yaml") >= drain(&config), "a worker may be killed before its answers are written");
    assert!(grace("api.yaml") >= Duration::from_secs(5 + 10), "preStop and api/src/server.rs DRAIN");
}

fn asked_where_it_answers(container: &Value, door: SocketAddr) {
    assert!(door.ip().is_unspecified(), "the kubelet asks from outside the container");
    let port = &container["ports"][0];
    assert_eq!(port["containerPort"], door.port());
    for (probe, path) in
        [("startupProbe", "/health"), ("livenessProbe", "/health"), ("readinessProbe", "/health/ready")]
    {
        assert_eq!(container[probe]["httpGet"]["path"], path);
        assert_eq!(container[probe]["httpGet"]["port"], port["name"]);
    }
}

#[test]
fn no_pod_may_more_than_it_must() {
    for (file, kind) in [("api.yaml", "Deployment"), ("worker.yaml", "Deployment"), ("migrate.yaml", "Job")] {
        let spec = manifest(file, kind)["spec"]["template"]["spec"].clone();
        assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{file}");
        assert_eq!(spec["securityContext"]["runAsUser"], UID, "{file}");
        assert_eq!(spec["automountServiceAccountToken"], false, "{file}");
        let container = &spec["containers"][0]["securityContext"];
        assert_eq!(container["readOnlyRootFilesystem"], true, "{file}");
        assert_eq!(container["allowPrivilegeEscalation"], false, "{file}");
        assert_eq!(container["capabilities"]["drop"][0], "ALL", "{file}");
    }
}

#[test]
fn kustomize_finds_every_file_and_every_file_is_found() {
    for folder in ["base", "components/keda", "components/hpa", "components/ingress"] {
        let folder = format!("deploy/kubernetes/{folder}");
        let kustomization = &documents(&format!("{folder}/kustomization.yaml"))[0];
        let listed = kustomization["resources"].as_array().unwrap().iter();
        let listed: BTreeSet<String> = listed.map(|name| name.as_str().unwrap().to_string()).collect();
        let there = std::fs::read_dir(root().join(&folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let there = there.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".yaml"));
        let apart = ["kustomization.yaml", "adapter-rule.yaml"];
        let there: BTreeSet<String> = there.filter(|name| !apart.contains(&name.as_str())).collect();
        assert_eq!(listed, there, "{folder}");
    }
}

#[test]
fn scaling_follows_a_number_that_is_exported() {
    let keda = read("deploy/kubernetes/components/keda/scaledobject.yaml");
    let hpa = read("deploy/kubernetes/components/hpa/hpa.yaml");
    let rule = read("deploy/kubernetes/components/hpa/adapter-rule.yaml");
    let monitor = read("core/src/monitor.rs");
    for text in [&keda, &hpa, &rule, &monitor] {
        assert!(text.contains("bellbird_queue_oldest_seconds"));
    }
    for (file, path) in [("keda/scaledobject", "scaleTargetRef"), ("hpa/hpa", "scaleTargetRef")] {
        let scaler = &documents(&format!("deploy/kubernetes/components/{file}.yaml"))[0];
        assert_eq!(scaler["spec"][path]["name"], manifest("worker.yaml", "Deployment")["metadata"]["name"]);
    }
}

#[test]
fn compose_sets_what_there_is_to_be_set_and_leaves_time_to_stop() {
    let compose = &documents("compose.yaml")[0];
    // YAML's merge key, which the reader leaves as it stands
    let service = |name: &str| {
        let mut service = compose["services"][name]["<<"].clone();
        for (key, value) in compose["services"][name].as_object().unwrap() {
            service[key] = value.clone();
        }
        service
    };
    let mut env: HashMap<String, String> = HashMap::new();
    for (name, value) in service("serve")["environment"].as_object().unwrap() {
        // `${NAME:-default}` stands for its default
        let value = value.as_str().unwrap();
        let value = value.split_once(":-").map_or(value, |(_, rest)| rest.trim_end_matches('}'));
        env.insert(name.clone(), value.to_string());
    }
    env.insert("DATABASE_URL".into(), "postgres://bellbird@postgres/bellbird".into());
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    let config = settings(&env);
    for name in ["serve", "work", "migrate"] {
        let service = service(name);
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"][0], "ALL", "{name}");
        let grace: u64 =
            service["stop_grace_period"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
        assert!(Duration::from_secs(grace) >= drain(&config), "{name}");
    }
    assert_eq!(
        service("work")["healthcheck"]["test"].as_array().unwrap()[1..],
        ["/usr/local/bin/bellbird", "health", "work"]
    );
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_asks_itself_how_it_is() {
    let dockerfile = read("Dockerfile").replace("\\\n", " ");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    assert!(last.contains(&format!("\nUSER {UID}:{UID}\n")), "by number, so that a cluster can tell");
    assert!(last.contains(r#"HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["/usr/local/bin/bellbird", "health"]"#));
    assert!(last.contains(r#"ENTRYPOINT ["/usr/local/bin/bellbird"]"#) && last.contains(r#"CMD ["serve"]"#));
    let line = last.lines().find(|line| line.starts_with("ENV ")).expect("ENV");
    let mut env: HashMap<String, String> = HashMap::new();
    for pair in line.trim_start_matches("ENV ").split_whitespace() {
        let (name, value) = pair.split_once('=').expect("NAME=value");
        env.insert(name.into(), value.into());
    }
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    let config = settings(&env);
    let exposed: Vec<u16> = last
        .lines()
        .find_map(|line| line.strip_prefix("EXPOSE "))
        .expect("EXPOSE")
        .split_whitespace()
        .map(|port| port.parse().unwrap())
        .collect();
    let doors = [config.http.addr.port(), config.worker.http_addr().unwrap().unwrap().port()];
    assert_eq!(exposed, doors);
    let wanted = read("Cargo.toml");
    let version =
        wanted.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(
        dockerfile.contains(&format!("FROM rust:{version}-bookworm AS build")),
        "the compiler we ask for"
    );
}
