//! Buttons and lists.

use super::{BODY, BUTTON, FOOTER, InteractiveHeader, check_texts};
use crate::content::choice::parts;
use crate::content::faults::Faults;

/// Most buttons that answer.
const BUTTONS: usize = 3;
/// Longest id of a button.
const BUTTON_ID: usize = 256;
/// Longest body of a list.
const LIST_BODY: usize = 4_096;
/// Most sections of a list, and most rows of all sections together.
const SECTIONS: usize = 10;
const ROWS: usize = 10;
/// Longest title of a section or row, description and id of a row.
const TITLE: usize = 24;
const DESCRIPTION: usize = 72;
const ROW_ID: usize = 200;
/// Longest payload of a call, and how long its button may work.
const PAYLOAD: usize = 512;
const CALL_MINUTES: u32 = 43_200;

parts! {
    /// A question with up to three buttons; a tap comes back as an inbound message.
    pub struct ReplyButtons {
        /// Above the body.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// One to three.
        pub buttons: Vec<ReplyButton>,
    }

    /// A button that answers.
    pub struct ReplyButton {
        /// Comes back with the tap: at most 256 characters, different from the others'.
        pub id: String,
        /// What it says: at most 20 characters.
        pub title: String,
    }

    /// A list to choose one row from; the choice comes back as an inbound message.
    pub struct ListMessage {
        /// Above the body; text only.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 4,096 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// On the button that opens the list: at most 20 characters.
        pub button: String,
        /// At most ten, with at most ten rows in all.
        pub sections: Vec<ListSection>,
    }

    /// Some rows under a title.
    pub struct ListSection {
        /// At most 24 characters; needed when there are several sections.
        pub title: Option<String>,
        /// The rows.
        pub rows: Vec<ListRow>,
    }

    /// One choice of a list.
    pub struct ListRow {
        /// Comes back with the choice: at most 200 characters, different from the others'.
        pub id: String,
        /// At most 24 characters.
        pub title: String,
        /// At most 72 characters.
        pub description: Option<String>,
    }

    /// A button that opens a link.
    pub struct LinkButton {
        /// Above the body.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// On the button: at most 20 characters.
        pub display_text: String,
        /// What it opens.
        pub url: String,
        /// Whether a payment link is shown with a preview.
        pub payment_link_preview: Option<bool>,
    }

    /// A button that calls the business.
    pub struct CallButton {
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// On the button: at most 20 characters.
        pub display_text: Option<String>,
        /// How many minutes the button works: 1 to 43,200.
        pub ttl_minutes: Option<u32>,
        /// Comes back with the call's webhooks.
        pub payload: Option<String>,
    }
}

impl ReplyButtons {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        check_texts(at, self.header.as_ref(), &self.body, self.footer.as_deref(), faults);
        check_buttons(&self.buttons, at, faults);
    }
}

/// One to three buttons that can be told apart.
pub(super) fn check_buttons(buttons: &[ReplyButton], at: &str, faults: &mut Faults) {
    faults.count(format!("{at}.buttons"), buttons.len(), 1, BUTTONS);
    for (index, button) in buttons.iter().enumerate() {
        faults.text(format!("{at}.buttons[{index}].id"), &button.id, BUTTON_ID);
        faults.text(format!("{at}.buttons[{index}].title"), &button.title, BUTTON);
    }
    let named = |field: &'static str| move |index: usize| format!("{at}.buttons[{index}].{field}");
    let (id, title) = (named("id"), named("title"));
    faults.unique("id", buttons.iter().enumerate().map(|(index, button)| (id(index), &button.id)));
    faults.unique("title", buttons.iter().enumerate().map(|(index, button)| (title(index), &button.title)));
}

impl ListMessage {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        if let Some(header) = &self.header {
            header.check_text(at, faults);
        }
        faults.text(format!("{at}.body"), &self.body, LIST_BODY);
        faults.optional(format!("{at}.footer"), self.footer.as_deref(), FOOTER);
        faults.text(format!("{at}.button"), &self.button, BUTTON);
        faults.count(format!("{at}.sections"), self.sections.len(), 1, SECTIONS);
        let rows: usize = self.sections.iter().map(|section| section.rows.len()).sum();
        if rows > ROWS {
            let message = format!("a list has at most {ROWS} rows in all sections together, this has {rows}");
            faults.add(format!("{at}.sections"), "too_many", message);
        }
        let mut ids = Vec::new();
        for (index, section) in self.sections.iter().enumerate() {
            let at = format!("{at}.sections[{index}]");
            check_title(section.title.as_deref(), self.sections.len(), &at, faults);
            faults.count(format!("{at}.rows"), section.rows.len(), 1, usize::MAX);
            for (index, row) in section.rows.iter().enumerate() {
                let at = format!("{at}.rows[{index}]");
                faults.text(format!("{at}.id"), &row.id, ROW_ID);
                faults.text(format!("{at}.title"), &row.title, TITLE);
                faults.optional(format!("{at}.description"), row.description.as_deref(), DESCRIPTION);
                ids.push((format!("{at}.id"), &row.id));
            }
        }
        faults.unique("id", ids);
    }
}

/// A section's title, which only a single section may lack.
pub(super) fn check_title(title: Option<&str>, sections: usize, at: &str, faults: &mut Faults) {
    match title {
        Some(title) => faults.text(format!("{at}.title"), title, TITLE),
        None if sections > 1 => {
            let message = "with several sections each needs a title";
            faults.add(format!("{at}.title"), "missing", message);
        }
        None => {}
    }
}

impl LinkButton {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        check_texts(at, self.header.as_ref(), &self.body, self.footer.as_deref(), faults);
        faults.text(format!("{at}.display_text"), &self.display_text, BUTTON);
        faults.url(format!("{at}.url"), &self.url);
    }
}

impl CallButton {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.body"), &self.body, BODY);
        faults.optional(format!("{at}.display_text"), self.display_text.as_deref(), BUTTON);
        faults.optional(format!("{at}.payload"), self.payload.as_deref(), PAYLOAD);
        if self.ttl_minutes.is_some_and(|minutes| !(1..=CALL_MINUTES).contains(&minutes)) {
            let message = format!("the button works for 1 to {CALL_MINUTES} minutes");
            faults.add(format!("{at}.ttl_minutes"), "out_of_range", message);
        }
    }
}
