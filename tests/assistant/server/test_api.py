"""The routes over the demo company: what the page reads and writes."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.proposals.store import store_drafts
from tools.data.schema import Item, PurchaseOrder, Supplier, SupplyTerm
from tools.facts import ProposalDraft
from tools.text import Text

ANNA = {"Authorization": "Bearer " + "a" * 20}
BOB = {"Authorization": "Bearer " + "b" * 20}


def draft(engine: Engine, requested_on: str = "2026-12-24") -> int:
    """A stored draft order for the first item with terms."""
    with Session(engine) as session:
        item, supplier, term = session.execute(
            select(Item, Supplier, SupplyTerm)
            .join(SupplyTerm, SupplyTerm.item_id == Item.id)
            .join(Supplier, SupplyTerm.supplier_id == Supplier.id)
            .where(Item.discontinued_on.is_(None))
            .order_by(SupplyTerm.id)
        ).first()  # type: ignore[misc]
        payload = {
            "supplier": supplier.code,
            "location": "WH",
            "currency": term.currency,
            "requested_on": requested_on,
            "lines": [{"item": item.code, "quantity": 120, "unit_cost": str(term.unit_cost)}],
            "reason": "",
        }
        place = session.scalars(select(PurchaseOrder)).first()
        assert place is not None
    with Session(engine) as session:
        from tools.data.schema import Location

        payload["location"] = session.get_one(Location, place.location_id).code
    (stored,) = store_drafts(
        engine, [ProposalDraft("create_order", Text("Order", "订货"), payload)]
    )
    return stored


def test_session_tells_what_the_page_needs(api: TestClient) -> None:
    session = api.get("/api/session").json()
    assert session["authentication"] == "none"
    assert session["owner"] == "planner"
    assert session["planning_day"] == "2026-11-22"
    assert session["data_version"] >= 1


def test_overview_has_all_sections_in_order(api: TestClient) -> None:
    overview = api.get("/api/overview").json()
    assert [section["key"] for section in overview["sections"]] == [
        "at_risk",
        "late_orders",
        "anomalies",
        "proposals",
        "messages",
    ]
    by_key = {section["key"]: section for section in overview["sections"]}
    assert by_key["messages"]["count"] == 40
    assert len(by_key["messages"]["rows"]) == 8
    for section in overview["sections"]:
        assert section["count"] >= len(section["rows"])
        for row in section["rows"]:
            assert row["title"]["en"]
            assert row["title"]["zh"]


def test_page_is_served_with_its_policy(api: TestClient) -> None:
    page = api.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert api.get("/app.js").headers["content-type"].startswith("text/javascript")
    for outside in ["/../settings.py", "/%2e%2e/settings.py", "/..%2fsettings.py"]:
        assert b"class Settings" not in api.get(outside).content


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/api/proposals/999", 404, "not-found"),
        ("GET", "/api/messages/99999999999999", 422, "invalid-input"),
        ("GET", "/api/orders/PO-0", 404, "not-found"),
        ("GET", "/api/conversations/c_x", 404, "not-found"),
        ("POST", "/api/alerts/999/feedback", 422, "invalid-input"),
        ("DELETE", "/api/proposals", 405, "method-not-allowed"),
        ("GET", "/api/proposals?status=lost", 422, "invalid-input"),
        ("POST", "/api/imports/i_x/commit", 404, "not-found"),
    ],
)
def test_errors_are_problem_details(
    api: TestClient, method: str, path: str, status: int, kind: str
) -> None:
    response = api.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems/{kind}"
    assert problem["status"] == status
    assert problem["text"]["en"]
    assert problem["text"]["zh"]
    assert problem["instance"] == path.partition("?")[0]


def test_large_bodies_are_refused(api: TestClient) -> None:
    big = api.post("/api/chat", content=b"x" * (3 * 2**20))
    assert big.status_code == 413
    assert big.headers["content-type"] == "application/problem+json"
    streamed = api.post("/api/chat", content=(b"x" * 2**20 for _ in range(4)))
    assert streamed.status_code == 413
    assert streamed.json()["type"] == "/problems/too-large"


def test_bad_json_names_the_field(api: TestClient) -> None:
    problem = api.post("/api/chat", json={"message": "", "language": "fr"}).json()
    assert {error["field"] for error in problem["errors"]} == {"body.message", "body.language"}
    assert api.post("/api/chat", content=b"{").status_code == 422


def test_openapi_describes_every_route(app: FastAPI) -> None:
    described = app.openapi()
    assert json.dumps(described)
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert "422" in operation["responses"], path
    assert {"/api/chat", "/api/overview", "/api/proposals/{proposal_id}/approve"} <= set(
        described["paths"]
    )


def test_approval_makes_an_order_that_can_be_exported(api: TestClient, demo_copy: Engine) -> None:
    stored = draft(demo_copy)
    shown = api.get(f"/api/proposals/{stored}").json()
    approval = {"content_hash": shown["content_hash"], "reason": "needed"}
    decided = api.post(f"/api/proposals/{stored}/approve", json=approval).json()
    again = api.post(f"/api/proposals/{stored}/approve", json=approval).json()
    assert again == decided
    number = decided["decision"]["effect"]["order"]
    order = api.get(f"/api/orders/{number}").json()
    assert order["status"] == "approved"
    assert order["lines"][0]["quantity"] == 120
    assert api.get("/api/decisions").json()["decisions"][0]["reason"] == "needed"
    rejected = api.post(f"/api/proposals/{stored}/reject", json=approval)
    assert rejected.status_code == 409
    assert "already approved" in rejected.json()["detail"]
    _check_exports(api, number)
    assert api.post(f"/api/orders/{number}/sent").json()["status"] == "sent"
    assert api.post(f"/api/orders/{number}/sent").json()["status"] == "sent"


def _check_exports(api: TestClient, number: str) -> None:
    text = api.get(f"/api/orders/{number}/export?format=csv")
    assert text.content.startswith(b"\xef\xbb\xbf")
    assert f"{number}.csv" in text.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert rows[0]["Purchase order"] == number
    book = openpyxl.load_workbook(
        io.BytesIO(api.get(f"/api/orders/{number}/export?format=xlsx&language=zh").content)
    )
    assert book.active is not None
    assert book.active["A1"].value == "采购订单"
    mail = email.message_from_bytes(
        api.get(f"/api/orders/{number}/export?format=eml").content, policy=email.policy.default
    )
    assert number in str(mail["Subject"])
    assert mail["X-Unsent"] == "1"
    assert "120" in mail.get_content()


def test_order_that_was_not_approved_cannot_be_sent(api: TestClient) -> None:
    received = api.get("/api/orders?status=received").json()["orders"][0]
    refused = api.post(f"/api/orders/{received['number']}/sent")
    assert refused.status_code == 409
    assert "only an approved order" in refused.json()["detail"]


def test_late_orders_are_open_orders(api: TestClient) -> None:
    late = {order["number"] for order in api.get("/api/orders?status=late").json()["orders"]}
    still_open = {order["number"] for order in api.get("/api/orders").json()["orders"]}
    assert late <= still_open
    assert still_open


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_exported_cells_are_no_formulas(api: TestClient, cell: str) -> None:
    table = {
        "key": "t",
        "title": {"en": "T/1", "zh": "表"},
        "columns": [
            {"key": "a", "title": {"en": "=A", "zh": "甲"}},
            {"key": "b", "title": {"en": "B", "zh": "乙"}, "kind": "number"},
        ],
        "rows": [{"a": cell, "b": -5}, {"a": {"en": "x", "zh": "y"}, "b": None}],
    }
    sent = {"table": table, "format": "csv", "language": "en"}
    rows = list(
        csv.reader(
            io.StringIO(
                api.post("/api/tables/export", json=sent).content.decode("utf-8-sig"), newline=""
            )
        )
    )
    assert rows[0][0] == "'=A"
    assert rows[1] == ["'" + cell, "-5"]
    assert rows[2] == ["x", ""]
    content = api.post("/api/tables/export", json={**sent, "format": "xlsx"}).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active is not None
    assert book.active["A2"].data_type == "s"
    assert book.active["B2"].value == -5


def test_import_is_tried_then_committed(api: TestClient) -> None:
    content = b"code,name,unit\nNEW-1,New thing,pcs\nNEW-2,Other thing,pcs\n"
    tried = api.post(
        "/api/imports", files={"file": ("../../items.csv", content)}, data={"table": "items"}
    ).json()
    assert tried["can_commit"], tried
    assert tried["rows_new"] == 2
    assert tried["file_name"] == "items.csv"
    before = api.get("/api/session").json()["data_version"]
    done = api.post(f"/api/imports/{tried['token']}/commit").json()
    assert done["data_version"] == before + 1
    assert api.post(f"/api/imports/{tried['token']}/commit").status_code == 404
    assert api.get("/api/imports").json()["imports"][0]["file_name"] == "items.csv"
    again = api.post(
        "/api/imports", files={"file": ("items.csv", content)}, data={"table": "items"}
    ).json()
    assert (again["rows_new"], again["can_commit"], again["token"]) == (0, False, None)


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.csv", b"", {}),
        ("a.xlsx", b"no workbook", {}),
        ("a.csv", b"x,y\n1,2\n", {"table": "secrets"}),
        ("a.csv", b"x,y\n1,2\n", {"mapping": "{"}),
        ("a.csv", b"x,y\n1,2\n", {"mapping": "[1]"}),
    ],
)
def test_unusable_files_are_refused_in_one_sentence(
    api: TestClient, name: str, content: bytes, form: dict[str, str]
) -> None:
    refused = api.post("/api/imports", files={"file": (name, content)}, data=form)
    assert refused.status_code == 422
    assert refused.json()["text"]["zh"]


def test_conversations_are_seen_by_their_owner_only(guarded: TestClient) -> None:
    from assistant.server.conversations import open_conversation

    engine: Any = guarded.app.state.server.engine  # type: ignore[attr-defined]
    own = open_conversation(engine, "anna", None, "How many scarves?", "en")
    path = f"/api/conversations/{own}"
    assert guarded.get(path).status_code == 401
    assert guarded.get(path, headers=ANNA).json()["title"] == "How many scarves?"
    for method, body in [("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)]:
        assert guarded.request(method, path, json=body, headers=BOB).status_code == 404
    chat = {"conversation_id": own, "message": "And hats?"}
    assert guarded.post("/api/chat", json=chat, headers=BOB).status_code == 404
    assert guarded.get("/api/conversations", headers=BOB).json() == {"conversations": []}
    renamed = guarded.patch(path, json={"title": " Scarves "}, headers=ANNA).json()
    assert renamed["title"] == "Scarves"
    assert guarded.delete(path, headers=ANNA).status_code == 204
    assert guarded.get(path, headers=ANNA).status_code == 404


def test_every_route_needs_a_sign_in(guarded: TestClient) -> None:
    open_to_all = {("get", "/api/health"), ("get", "/api/session")}
    open_to_all |= {("post", "/api/session"), ("delete", "/api/session")}
    app: Any = guarded.app
    checked = 0
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if (method, path) in open_to_all:
                continue
            filled = path.replace("{proposal_id}", "1").replace("{message_id}", "1")
            filled = filled.replace("{alert_id}", "1").replace("{", "").replace("}", "")
            response = guarded.request(method, filled, json={})
            assert response.status_code == 401, (method, path, response.text)
            checked += 1
    assert checked >= 25
    signed_out = guarded.get("/api/session").json()
    assert signed_out["signed_in"] is False
    assert signed_out["company"] is None


def test_feedback_on_an_alert_is_kept(api: TestClient, demo_copy: Engine) -> None:
    import datetime as dt

    from tools.data.schema import Alert

    with Session(demo_copy) as session:
        alert = Alert(
            fingerprint="f" * 64,
            kind="phantom_stock",
            family="stock",
            starts_on=dt.date(2026, 11, 1),
            ends_on=dt.date(2026, 11, 20),
            score=4.2,
            direction="none",
            money_at_stake=310,
            sentence={"en": "Nothing sold.", "zh": "没有销量。"},
            evidence={},
            data_version_id=1,
        )
        session.add(alert)
        session.commit()
        alert_id = alert.id
    (listed,) = api.get("/api/alerts").json()["alerts"]
    assert listed["money"]["value"] == 310
    said = {"verdict": "expected", "note": "Fair."}
    assert api.post(f"/api/alerts/{alert_id}/feedback", json=said).json()["status"] == "expected"
    assert api.get("/api/alerts").json() == {"alerts": []}
    assert api.get("/api/alerts?status=expected").json()["alerts"][0]["evidence"]["feedback"] == {
        **said,
        "by": "planner",
    }
