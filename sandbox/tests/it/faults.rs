//! Broken connections, errors around acceptance, timeouts and gates.

use std::time::Duration;

use bellbird_sandbox::{
    Behaviour, GateAt, GateRule, Match, Rule, SameBy, Sandbox, SandboxConfig, SandboxError,
};

use crate::support::{NUMBER, Setup, template};

const TO: &str = "4915112345678";

#[tokio::test]
async fn a_message_can_be_accepted_and_its_answer_lost() {
    let setup = Setup::plain().await;
    setup.sandbox.add_rule(Rule::new(Match::to(TO).first(1), Behaviour::AcceptThenDrop));
    let error = setup.try_send(&template(TO, "msg_1:1")).await.unwrap_err();
    assert!(!error.is_timeout() && !error.is_connect() && error.is_request(), "{error:?}");
    // A sender that tries again blindly has now sent it twice, and the ledger knows.
    setup.accepted(TO, "msg_1:2").await;
    setup.settled().await;
    let twice = setup.sandbox.duplicates(SameBy::OpaqueBefore(':'));
    assert_eq!((twice.len(), twice[0].key.as_str(), twice[0].wamids.len()), (1, "msg_1", 2));
    assert_eq!(setup.sandbox.duplicates(SameBy::Opaque), []);
    for sent in setup.sandbox.ledger() {
        assert_eq!(setup.inbox.of(&sent.wamid), ["sent", "delivered"]);
    }
    assert_eq!(setup.sandbox.counts().accepted_unanswered, 1);
}

#[tokio::test]
async fn a_message_can_be_lost_before_it_is_accepted() {
    let setup = Setup::plain().await;
    setup.sandbox.add_rule(Rule::new(Match::all().first(1), Behaviour::DropBeforeAccept));
    assert!(setup.try_send(&template(TO, "a")).await.unwrap_err().is_request());
    let counts = setup.sandbox.counts();
    assert_eq!((counts.requests, counts.accepted, counts.dropped_before_accept), (1, 0, 1));
    setup.accepted(TO, "a").await;
}

#[tokio::test]
async fn errors_come_before_or_after_acceptance() {
    let setup = Setup::plain().await;
    setup
        .sandbox
        .add_rule(Rule::new(Match::all().first(1), Behaviour::ErrorBeforeAccept { http_status: 503 }));
    let after = Behaviour::ErrorAfterAccept { http_status: 500, code: 131_000 };
    setup.sandbox.add_rule(Rule::new(Match::all().first(1), after));
    let url = format!("{}/v24.0/{NUMBER}/messages", setup.sandbox.base_url());
    let request = || setup.client.post(&url).bearer_auth(crate::support::TOKEN).json(&template(TO, "a"));
    let before = request().send().await.unwrap();
    assert_eq!(before.status(), 503);
    assert!(before.json::<serde_json::Value>().await.is_err(), "not Meta's envelope");
    assert_eq!(setup.sandbox.counts().accepted, 0);
    let (status, body) = setup.send(&template(TO, "a")).await;
    assert_eq!((status, body["error"]["code"].as_u64()), (500, Some(131_000)));
    assert_eq!(setup.sandbox.counts().accepted, 1);
    setup.settled().await;
    assert_eq!(setup.inbox.statuses().len(), 2);
}

#[tokio::test]
async fn a_timeout_leaves_open_whether_it_was_accepted() {
    let setup = Setup::plain().await;
    for (accepted, wanted) in [(false, 0), (true, 1)] {
        setup.sandbox.clear_rules();
        setup.sandbox.add_rule(Rule::new(Match::all(), Behaviour::Timeout { accepted }));
        let url = format!("{}/v24.0/{NUMBER}/messages", setup.sandbox.base_url());
        let request = setup.client.post(url).bearer_auth(crate::support::TOKEN).json(&template(TO, "a"));
        let error = request.timeout(Duration::from_millis(50)).send().await.unwrap_err();
        assert!(error.is_timeout());
        assert_eq!(setup.sandbox.counts().accepted, wanted);
    }
}

#[tokio::test]
async fn a_gate_holds_sends_on_either_side_of_acceptance() {
    for (at, booked) in [(GateAt::BeforeAccept, 0), (GateAt::BeforeAnswer, 3)] {
        let setup = Setup::plain().await;
        let gate = setup.sandbox.gate(GateRule { when: Match::all(), at });
        let sends = async { futures::future::join_all((0..3).map(|_| setup.try_send_body(TO))).await };
        let test = async {
            gate.wait_for(3).await;
            assert_eq!(setup.sandbox.counts().accepted, booked);
            gate.release();
        };
        let (answers, ()) = tokio::join!(sends, test);
        assert!(answers.iter().all(|status| *status == 200));
        assert_eq!((setup.sandbox.counts().accepted, gate.waiting()), (3, 0));
    }
}

#[tokio::test]
async fn who_dies_at_the_gate_is_no_longer_there() {
    let setup = Setup::plain().await;
    let gate = setup.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    {
        let body = template(TO, "a");
        let send = setup.try_send(&body);
        tokio::select! {
            _ = send => unreachable!("the gate is closed"),
            () = gate.wait_for(1) => {}
        }
    }
    while gate.waiting() > 0 {
        tokio::task::yield_now().await;
    }
    gate.release();
    assert_eq!(setup.sandbox.counts().accepted, 0);
}

#[tokio::test]
async fn the_sandbox_keeps_to_this_machine_and_stops_when_told() {
    let config = SandboxConfig { address: "0.0.0.0:0".parse().unwrap(), ..SandboxConfig::default() };
    assert!(matches!(Sandbox::start(config).await, Err(SandboxError::NotLoopback(_))));

    let setup = Setup::plain().await;
    setup.sandbox.add_rule(Rule::new(Match::all(), Behaviour::Timeout { accepted: true }));
    let (client, control) = (setup.client.clone(), setup.sandbox.control());
    let url = format!("{}/v24.0/{NUMBER}/messages", control.base_url());
    let hanging =
        tokio::spawn(client.post(url).bearer_auth(crate::support::TOKEN).json(&template(TO, "a")).send());
    while control.counts().accepted == 0 {
        tokio::task::yield_now().await;
    }
    setup.sandbox.shutdown().await;
    assert!(hanging.await.unwrap().is_err());
    assert!(client.get(control.base_url()).send().await.unwrap_err().is_connect());
}

impl Setup {
    async fn try_send_body(&self, to: &str) -> u16 {
        self.send(&template(to, "a")).await.0
    }
}
