// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose files
import { fullerFile, smallestFile } from '../schema/reference-page.ts'

const akashFile = `version: "2.0"
services:
  web:
    image: nginx:1
    command: [sh, -c]
    args: ["nginx -g 'daemon off;'"]
    env:
      - MODE=production
      - EMPTY=
    expose:
      - port: 3000
        as: 80
        accept: [example.org]
        http_options: { max_body_size: 1048576, next_cases: [error, timeout] }
        to:
          - global: true
            ip: addr
      - port: 53
        proto: udp
        to: [{ service: db }]
    params: { storage: { data: { mount: /data, readOnly: false } }, permissions: { read: [logs] } }
    credentials: { host: ghcr.io, username: me, password: secret1 }
  db: { image: postgres, expose: [{ port: 5432, to: [{ service: web }] }] }
profiles:
  compute:
    web:
      resources:
        cpu: { units: 500m, attributes: { arch: amd64 } }
        memory: { size: 512Mi }
        storage: [{ size: 1Gi }, { name: data, size: 10Gi, attributes: { persistent: true, class: beta2 } }]
        gpu: { units: 1, attributes: { vendor: { nvidia: [{ model: a100, ram: 80Gi, interface: sxm }] } } }
    db: { resources: { cpu: { units: 0.5 }, memory: { size: 1G }, storage: { size: 1Gi } } }
  placement:
    any:
      attributes: { host: akash, region: eu }
      signedBy: { anyOf: [akash1xyz] }
      pricing: { web: { denom: uact, amount: 1000 }, db: { denom: uact, amount: 0.5 } }
deployment: { web: { any: { profile: web, count: 2 } }, db: { any: { profile: db, count: 1 } } }
endpoints: { addr: { kind: ip } }
reclamation: { min_window: 24h }
`

const nosanaFile = `{
  "version": "0.1",
  "type": "container",
  "meta": { "trigger": "cli", "system_requirements": { "required_vram": 8 } },
  "global": { "env": { "A": "1" }, "variables": { "IMAGE": "alpine:3", "EMPTY": "" } },
  "ops": [
    { "type": "container/create-volume", "id": "vol", "args": { "name": "vol" } },
    {
      "type": "container/run",
      "id": "train",
      "args": {
        "image": "pytorch",
        "cmd": ["python", "train.py"],
        "env": { "RATE": "0.1" },
        "gpu": true,
        "volumes": [{ "name": "vol", "dest": "/out" }],
        "expose": [{ "port": 8080, "health_checks": [{ "type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": false }] }],
        "resources": [{ "type": "S3", "url": "https://example.org/b", "target": "/data" }]
      },
      "results": { "loss": { "regex": "loss=([0-9.]+)", "logType": ["stdout"] } },
      "execution": { "group": "a" }
    },
    { "type": "container/run", "id": "show", "args": { "image": "%%global.variables.IMAGE%%", "cmd": "echo %%ops.train.results.loss%% %%global.variables.EMPTY%%" }, "execution": { "group": "b" } }
  ]
}
`

const composeFile = `services:
  web:
    image: nginx
    command: nginx -g 'daemon off;'
    ports: ["8080:80", "53:53/udp"]
    environment: { A: "\${B:-c}" }
    env_file: [{ path: app.env, required: false }]
    depends_on: { db: { condition: service_healthy } }
    deploy: { replicas: 2, resources: { limits: { cpus: "0.5", memory: 512M }, reservations: { devices: [{ driver: nvidia, count: 1, capabilities: [gpu] }] } } }
    restart: unless-stopped
    volumes: ["data:/data:ro"]
    configs: [{ source: conf, target: /etc/app.conf }]
  db:
    image: postgres
    healthcheck: { test: ["CMD", "pg_isready"], interval: 10s }
volumes: { data: {} }
configs: { conf: { content: "x=1" } }
x-note: &anchor { a: 1 }
`

/** A file of each format that uses much of it, to be broken in every way. */
export const seedFiles: readonly string[] = [smallestFile, fullerFile, akashFile, nosanaFile, composeFile]

/** What stands around the Compose file, to be broken likewise. */
export const seedInputs = {
  files: {
    '.env': 'B=from the file\nexport TAG="1.\\n${B}"\n# a note\n',
    'app.env': "ONE=1\nTWO='two\nlines' # more\nTHREE=${ONE}${ONE:-x}$TWO\nHOME\n",
  },
  env: { HOME: '/root' },
} as const
