//! Messages past us: typed by the shop in WhatsApp's own app, or older than the connection. They are part of the
//! conversation and of nothing else: never sent, never retried, they open no window and answer no campaign.

use super::receive::Door;
use super::state::MessageStatus;
use super::{Direction, Purpose, entity, merge, originals};
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::{CustomerId, MediaId, MessageId, OrganizationId, SenderId};
use crate::media::MediaOrigin;
use crate::media::inbound::{self, Source};
use crate::media::port::Attachment;
use crate::webhooks::change::{EchoChange, Person, StatusKind};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use std::collections::{HashMap, HashSet};

/// Rows of one insert: some fifty values each.
const CHUNK: usize = 100;
/// What stands for a picture until the body with it comes.
const PLACEHOLDER: &str = "media_placeholder";

/// A message past us, with the number it went through and the moment it was written.
pub type Echo<'a> = (Door, &'a EchoChange, Timestamp);

/// Keeps them; those known already only gain what was missing.
pub async fn keep(tx: &Tx, services: &Services, echoes: &[Echo<'_>]) -> Result<()> {
    let known = known(tx, echoes).await?;
    let mut people: HashMap<(OrganizationId, &Person), Option<CustomerId>> = HashMap::new();
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    for (door, echo, at) in echoes {
        let key = (door.sender, echo.wamid.clone());
        if let Some(kind) = known.get(&key) {
            if kind == PLACEHOLDER {
                fill(tx, services, *door, echo).await?;
            }
            continue;
        }
        if !seen.insert(key) {
            continue;
        }
        let customer = match people.get(&(door.organization, &echo.person)) {
            Some(customer) => *customer,
            None => {
                let (who, name) = (echo.person.identity(), echo.person.name.as_deref());
                let met = merge::meet(tx, services, door.organization, &who, name).await?;
                people.insert((door.organization, &echo.person), met);
                met
            }
        };
        let mut row = row(tx, *door, echo, *at, customer);
        match file(tx, services, echo) {
            None => rows.push(row.into_active_model()),
            Some((id, attachment)) => {
                let message = row.id;
                row.media_id = Some(id);
                let nothing = OnConflict::new().do_nothing().to_owned();
                let insert = entity::Entity::insert(row.into_active_model()).on_conflict(nothing);
                // whoever was first with it notes its file
                if insert.exec_without_returning(tx.conn()).await? == 1 {
                    inbound::note(tx, id, source(*door, echo, message), attachment).await?;
                }
            }
        }
    }
    for chunk in rows.chunks(CHUNK) {
        let nothing = OnConflict::new().do_nothing().to_owned();
        let insert = entity::Entity::insert_many(chunk.iter().cloned()).on_conflict(nothing);
        insert.exec_without_returning(tx.conn()).await?;
    }
    for (door, echo, at) in echoes {
        let direction = if echo.from_person { Direction::In } else { Direction::Out };
        let original = echo.context_wamid.as_deref();
        originals::mark(tx, door.sender, direction, &echo.kind, original, *at).await?;
    }
    Ok(())
}

/// The kinds of those we have already, ours and others', by number and the provider's id.
async fn known(tx: &Tx, echoes: &[Echo<'_>]) -> Result<HashMap<(SenderId, String), String>> {
    if echoes.is_empty() {
        return Ok(HashMap::new());
    }
    let mut wamids = Rows::new(&[("sender_id", Kind::Text), ("wamid", Kind::Text)]);
    for (door, echo, _) in echoes {
        wamids.push(vec![door.sender.to_string().into(), echo.wamid.as_str().into()]);
    }
    let select = wamids.statement(
        tx.backend(),
        "SELECT messages.sender_id, messages.wamid, messages.kind FROM messages
         JOIN {rows} ON messages.wamid = v.wamid AND messages.sender_id = v.sender_id",
        [],
    );
    let found = tx.conn().query_all_raw(select).await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok(((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?))
    };
    Ok(found.iter().map(read).collect::<Result<_, sea_orm::DbErr>>()?)
}

fn row(tx: &Tx, door: Door, echo: &EchoChange, at: Timestamp, customer: Option<CustomerId>) -> entity::Model {
    let reached = |kinds: &[StatusKind]| {
        echo.reached.as_ref().is_some_and(|reached| kinds.contains(reached) && !echo.from_person)
    };
    let read = reached(&[StatusKind::Read, StatusKind::Played]);
    let delivered = read || reached(&[StatusKind::Delivered]);
    let failed = reached(&[StatusKind::Failed, StatusKind::Other("error".into())]);
    entity::Model {
        direction: if echo.from_person { Direction::In } else { Direction::Out },
        kind: echo.kind.clone(),
        status: match (echo.from_person, read, delivered, failed) {
            (true, ..) => MessageStatus::Received,
            (_, true, ..) => MessageStatus::Read,
            (_, _, true, _) => MessageStatus::Delivered,
            (_, _, _, true) => MessageStatus::Failed,
            _ => MessageStatus::Sent,
        },
        origin: Some(echo.origin),
        content: Some(echo.content.to_string()),
        wamid: Some(echo.wamid.clone()),
        context_wamid: echo.context_wamid.clone(),
        customer_id: customer,
        phone: echo.person.phone.clone(),
        bsuid: echo.person.bsuid.clone(),
        max_attempts: 0,
        sent_at: Some(at),
        delivered_at: delivered.then_some(at),
        read_at: read.then_some(at),
        failed_at: failed.then_some(at),
        ..super::send::blank(tx, door.organization, door.sender, Purpose::Service)
    }
}

/// The file it came with, if there is one to fetch.
fn file(tx: &Tx, services: &Services, echo: &EchoChange) -> Option<(MediaId, Attachment)> {
    let attachment = services.media.attachment(&echo.kind, &echo.content)?;
    Some((MediaId::new(tx.clock()), attachment))
}

fn source(door: Door, echo: &EchoChange, message: MessageId) -> Source {
    let origin = if echo.from_person { MediaOrigin::Inbound } else { MediaOrigin::Echo };
    Source { origin, organization: door.organization, sender: door.sender, message }
}

/// Puts the message itself in the place of what stood for it.
async fn fill(tx: &Tx, services: &Services, door: Door, echo: &EchoChange) -> Result<()> {
    let file = file(tx, services, echo);
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE messages SET kind = $3, content = $4, updated_at = $5, media_id = $7
         WHERE sender_id = $1 AND wamid = $2 AND origin IS NOT NULL AND kind = $6
         RETURNING id",
        [
            door.sender.into(),
            echo.wamid.as_str().into(),
            echo.kind.as_str().into(),
            echo.content.to_string().into(),
            tx.now().into(),
            PLACEHOLDER.into(),
            file.as_ref().map(|(id, _)| *id).into(),
        ],
    );
    let filled = tx.conn().query_one_raw(update).await?;
    if let (Some(row), Some((id, attachment))) = (filled, file) {
        let message = row.try_get("", "id")?;
        inbound::note(tx, id, source(door, echo, message), attachment).await?;
    }
    Ok(())
}
