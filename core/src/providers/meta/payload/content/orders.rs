//! Orders to be paid (Cloud API, "Payments": India and Brazil).
//!
//! Meta writes amounts as a value and the factor it was multiplied with, which is always 100.

use serde_json::{Value, json};

use super::{text, with};
use crate::content::interactive::{OrderCharge, OrderDetails, OrderItem, OrderStatus};

pub(super) fn order_details(part: &OrderDetails) -> Value {
    let discount = part.discount.as_ref().map(|discount| {
        let fields = [
            ("description", text(discount.description.as_ref())),
            ("discount_program_name", text(discount.program_name.as_ref())),
        ];
        with(amount(discount.amount), fields)
    });
    let expiration = part.expires_at.map(|until| {
        let at = json!({"timestamp": until.timestamp().to_string()});
        with(at, [("description", text(part.expiration_description.as_ref()))])
    });
    let order = with(
        json!({
            "status": "pending",
            "items": part.items.iter().map(item).collect::<Vec<_>>(),
            "subtotal": amount(part.subtotal),
            "tax": charge(&part.tax),
        }),
        [
            ("catalog_id", text(part.catalog_id.as_ref())),
            ("shipping", part.shipping.as_ref().map(charge)),
            ("discount", discount),
            ("expiration", expiration),
        ],
    );
    let parameters = with(
        json!({
            "reference_id": part.reference_id,
            "type": part.goods.as_str(),
            "currency": part.currency,
            "total_amount": amount(part.total),
            "order": order,
        }),
        [
            ("payment_type", text(part.payment_type.as_ref())),
            ("payment_configuration", text(part.payment_configuration.as_ref())),
            ("payment_settings", part.payment_settings.clone().map(Value::from)),
        ],
    );
    json!({"name": "review_and_pay", "parameters": parameters})
}

pub(super) fn order_status(part: &OrderStatus) -> Value {
    let order = json!({"status": part.status.as_str()});
    let order = with(order, [("description", text(part.description.as_ref()))]);
    json!({"name": "review_order", "parameters": {"reference_id": part.reference_id, "order": order}})
}

fn amount(value: i64) -> Value {
    json!({"value": value, "offset": 100})
}

fn charge(charge: &OrderCharge) -> Value {
    with(amount(charge.amount), [("description", text(charge.description.as_ref()))])
}

fn item(item: &OrderItem) -> Value {
    let whole = json!({"name": item.name, "amount": amount(item.amount), "quantity": item.quantity});
    with(
        whole,
        [("retailer_id", text(item.retailer_id.as_ref())), ("sale_amount", item.sale_amount.map(amount))],
    )
}
