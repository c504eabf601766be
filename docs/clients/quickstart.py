"""A campaign from draft to delivery through a client that is generated from openapi.yaml. README.md says how to run it."""

import json
import os
import uuid
from collections.abc import Iterator
from typing import TypeVar

import httpx
from bellbird_client import AuthenticatedClient
from bellbird_client.api.campaigns import create_campaign, get_campaign_stats, launch_campaign
from bellbird_client.api.recipients import add_recipients, list_recipients
from bellbird_client.api.senders import list_senders
from bellbird_client.api.templates import list_templates
from bellbird_client.models import (
    CampaignDraft,
    CampaignDraftVariables,
    CampaignSnapshot,
    CampaignStatus,
    NewRecipient,
    NewRecipients,
    Problem,
    RecipientOptIn,
    RecipientWord,
    TemplateStatus,
)
from bellbird_client.types import UNSET

url = os.environ.get("BELLBIRD_URL", "http://127.0.0.1:8080")
bellbird = AuthenticatedClient(base_url=url, token=os.environ["BELLBIRD_KEY"])

T = TypeVar("T")


def ok(answer: T | Problem | None) -> T:
    """The data of an answer; a refusal becomes an exception with its code and sentence."""
    if isinstance(answer, Problem):
        raise RuntimeError(f"{answer.code}: {answer.detail}")
    if answer is None:
        raise RuntimeError("an answer that openapi.yaml does not know")
    return answer


def watch(campaign_id: str) -> Iterator[CampaignSnapshot]:
    """The campaign's server-sent events, by hand: the generated client would wait for the end of the stream."""
    path = f"/api/v1/campaigns/{campaign_id}/events"
    with bellbird.get_httpx_client().stream("GET", path, timeout=httpx.Timeout(30)) as stream:
        stream.raise_for_status()
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield CampaignSnapshot.from_dict(json.loads(line.removeprefix("data:")))


# The number to send from, and a text WhatsApp has approved; the demo has one of each.
sender = ok(list_senders.sync(client=bellbird)).items[0]
templates = ok(list_templates.sync(client=bellbird)).items
template = next(template for template in templates if template.status is TemplateStatus.APPROVED)

# 1. Draft it. With an idempotency key the request may be repeated: it is done once.
draft = CampaignDraft(
    name="Quickstart (Python)",
    template_id=template.id,
    sender_ids=[sender.id],
    variables=CampaignDraftVariables.from_dict(
        {"1": {"attribute": "name", "default": "there"}, "2": {"value": "WELCOME20"}}
    ),
)
campaign = ok(create_campaign.sync(client=bellbird, body=draft, idempotency_key=str(uuid.uuid4())))
print("drafted", campaign.id)

# 2. Add people. All go in or none; whatever is wrong is told field by field, as a typed problem.
word = RecipientOptIn(state=RecipientWord.OPTED_IN, source="quickstart")
wrong = NewRecipients([NewRecipient(phone="12", opt_in=word)])
refusal = add_recipients.sync(campaign.id, client=bellbird, body=wrong)
if isinstance(refusal, Problem):
    for error in refusal.errors or []:
        print(f"refused with {refusal.status}: {error.field} {error.code}")

people = [
    NewRecipient(phone=f"+91982009910{n}", name=name, opt_in=word)
    for n, name in enumerate(["Asha", "Ben", "Chitra", "Dev", "Esha"], start=1)
]
added = ok(add_recipients.sync(campaign.id, client=bellbird, body=NewRecipients(people)))
print(f"added {added.added} people")

# 3. Launch it.
ok(launch_campaign.sync(campaign.id, client=bellbird))

# 4. Watch it: each event is a whole snapshot.
for snapshot in watch(campaign.id):
    funnel = snapshot.funnel
    print(f"{snapshot.status}: {funnel.sent} sent, {funnel.delivered} delivered")
    if snapshot.status is CampaignStatus.COMPLETED and funnel.delivered + funnel.failed == funnel.total:
        break

# 5. The numbers, and everybody page by page.
stats = ok(get_campaign_stats.sync(campaign.id, client=bellbird))
cursor: str | None = None
while True:
    page = ok(list_recipients.sync(campaign.id, client=bellbird, limit=2, cursor=cursor or UNSET))
    for person in page.items:
        print(f"{person.name} ({person.phone}): {person.status}")
    if not page.next_cursor:
        break
    cursor = page.next_cursor
print(f"{stats.status}: {stats.funnel.total} recipients, {stats.funnel.delivered} delivered")
