// A campaign from draft to delivery through a client that is generated from openapi.yaml. README.md says how to run it.

import createClient from "openapi-fetch";
import type { components, paths } from "./bellbird.js";

type Snapshot = components["schemas"]["CampaignSnapshot"];

const { BELLBIRD_URL: baseUrl = "http://127.0.0.1:8080", BELLBIRD_KEY: key } = process.env;
if (!key) throw new Error("set BELLBIRD_KEY to an API key (bb_…)");
const bellbird = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

/** The data of an answer; a refusal becomes an exception with its code and sentence. */
function ok<T>(answer: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (answer.data === undefined) throw new Error(`${answer.error?.code}: ${answer.error?.detail}`);
  return answer.data;
}

// The number to send from, and a text WhatsApp has approved; the demo has one of each.
const sender = ok(await bellbird.GET("/api/v1/senders")).items[0];
const template = ok(await bellbird.GET("/api/v1/templates")).items.find(({ status }) => status === "approved");
if (!sender || !template) throw new Error("connect a sender and write an approved template down first");

// 1. Draft it. With an Idempotency-Key the request may be repeated: it is done once.
const campaign = ok(
  await bellbird.POST("/api/v1/campaigns", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: {
      name: "Quickstart (TypeScript)",
      template_id: template.id,
      sender_ids: [sender.id],
      variables: { "1": { attribute: "name", default: "there" }, "2": { value: "WELCOME20" } },
    },
  }),
);
const params = { path: { campaign_id: campaign.id } };
console.log(`drafted ${campaign.id}`);

// 2. Add people. All go in or none; whatever is wrong is told field by field, as a typed problem.
const word = { state: "opted_in", source: "quickstart" } as const;
const wrong = await bellbird.POST("/api/v1/campaigns/{campaign_id}/recipients", {
  params,
  body: { recipients: [{ phone: "12", opt_in: word }] },
});
for (const { field, code } of wrong.error?.errors ?? []) console.log(`refused with ${wrong.error?.status}: ${field} ${code}`);

const people = ["Asha", "Ben", "Chitra", "Dev", "Esha"];
const recipients = people.map((name, n) => ({ phone: `+91982009900${n + 1}`, name, opt_in: word }));
const { added } = ok(await bellbird.POST("/api/v1/campaigns/{campaign_id}/recipients", { params, body: { recipients } }));
console.log(`added ${added} people`);

// 3. Launch it.
ok(await bellbird.POST("/api/v1/campaigns/{campaign_id}/launch", { params }));

// 4. Watch it: server-sent events, each a whole snapshot.
const { data: stream } = await bellbird.GET("/api/v1/campaigns/{campaign_id}/events", { params, parseAs: "stream" });
if (!stream) throw new Error("no stream");
for await (const { status, funnel } of snapshots(stream)) {
  console.log(`${status}: ${funnel.sent} sent, ${funnel.delivered} delivered`);
  if (status === "completed" && funnel.delivered + funnel.failed === funnel.total) break;
}

// 5. The numbers, and everybody page by page.
const stats = ok(await bellbird.GET("/api/v1/campaigns/{campaign_id}/stats", { params }));
let cursor: string | undefined;
do {
  const query = { limit: 2, ...(cursor && { cursor }) };
  const page = ok(await bellbird.GET("/api/v1/campaigns/{campaign_id}/recipients", { params: { ...params, query } }));
  for (const { name, phone, status } of page.items) console.log(`${name} (${phone}): ${status}`);
  cursor = page.next_cursor;
} while (cursor);
console.log(`${stats.status}: ${stats.funnel.total} recipients, ${stats.funnel.delivered} delivered`);

/** Reads server-sent events: blocks that end in an empty line, with the snapshot in their `data`. */
async function* snapshots(stream: ReadableStream<Uint8Array>): AsyncGenerator<Snapshot> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    const blocks = (text + decoder.decode(bytes, { stream: true })).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split("\n").find((line) => line.startsWith("data:"));
      if (data) yield JSON.parse(data.slice("data:".length));
    }
  }
}
