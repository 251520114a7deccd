"""The ordinary Flask application everybody writes first: the baseline of the benchmarks, never used otherwise.

ORM, WTForms, one Fernet key, check-then-insert, a counter that is raised with each signature, the mail sent inside the
request. Served by the same server with the same threads as ours.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime

from cryptography.fernet import Fernet
from flask import Flask, redirect, render_template_string
from flask_mail import Mail, Message
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from sqlalchemy import event
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length

db = SQLAlchemy()
mail = Mail()
box = Fernet(Fernet.generate_key())

PAGE = """<!doctype html><html lang="en"><head><title>{{ petition.title }}</title></head>
<body><h1>{{ petition.title }}</h1>
<article>{{ petition.body }}</article><p>{{ count }} of {{ petition.goal }}</p><form method="post">{{
form.hidden_tag() }}
{% for field in form %}<p>{{ field.label }} {{ field() }}{% for e in field.errors %}<b>{{ e }}</b>{% endfor %}</p>{%
endfor %} <button>Sign</button></form><ul>{% for s in latest %}<li>{{ s.name }}</li>{% endfor %}</ul></body></html>"""


class Petition(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String(80), unique=True)
    title = db.Column(db.String(200))
    body = db.Column(db.Text)
    goal = db.Column(db.Integer)
    count = db.Column(db.Integer, default=0)


class Signature(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    petition_id = db.Column(db.Integer, db.ForeignKey("petition.id"), index=True)
    email = db.Column(db.String(254), index=True)
    given_name = db.Column(db.LargeBinary)
    family_name = db.Column(db.LargeBinary)
    comment = db.Column(db.LargeBinary)
    country = db.Column(db.String(2))
    show_name = db.Column(db.Boolean)
    token = db.Column(db.String(64), index=True)
    confirmed = db.Column(db.Boolean, default=False)
    created_at = db.Column(db.DateTime)

    @property
    def name(self) -> str:
        return box.decrypt(self.given_name).decode()


class SignForm(FlaskForm):
    given_name = StringField(validators=[DataRequired(), Length(max=100)])
    family_name = StringField(validators=[DataRequired(), Length(max=100)])
    email = StringField(validators=[DataRequired(), Email()])
    country = SelectField(choices=[(code, code) for code in ("DE", "FR", "PL", "BY", "LT", "GB")])
    postal_code = StringField(validators=[Length(max=16)])
    comment = TextAreaField(validators=[Length(max=1000)])
    show_name = BooleanField()
    deliver_name = BooleanField()
    updates = BooleanField()
    consent = BooleanField(validators=[DataRequired()])


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="baseline-secret-key-of-the-benchmark",
        WTF_CSRF_ENABLED=False,
        SQLALCHEMY_DATABASE_URI=os.environ["NAIVE_DATABASE_URL"],
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 48, "connect_args": {"timeout": 30}},
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=int(os.environ["NAIVE_SMTP_PORT"]),
        MAIL_DEFAULT_SENDER="campaign@example.org",
    )
    db.init_app(app)
    mail.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _durable)
        db.create_all()
        if not db.session.query(Petition).count():
            body = "They are in prison because they helped others. " * 100
            db.session.add(Petition(slug="free-viasna", title="Free Viasna", body=body, goal=10_000))
            db.session.commit()
    app.add_url_rule("/petitions/<slug>", view_func=petition, methods=["GET", "POST"])
    return app


def _durable(connection, _record) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def petition(slug: str):
    found = db.first_or_404(db.select(Petition).filter_by(slug=slug))
    form = SignForm()
    if form.validate_on_submit():
        _sign(found, form)
        return redirect(f"/petitions/{slug}/thanks", 303)
    latest = Signature.query.filter_by(petition_id=found.id, show_name=True).order_by(Signature.id.desc()).limit(12)
    count = Signature.query.filter_by(petition_id=found.id, confirmed=True).count()
    return render_template_string(PAGE, petition=found, form=form, latest=latest, count=count)


def _sign(found: Petition, form: SignForm) -> None:
    if Signature.query.filter_by(petition_id=found.id, email=form.email.data).first():
        return
    signature = Signature(
        petition_id=found.id,
        email=form.email.data,
        given_name=box.encrypt(form.given_name.data.encode()),
        family_name=box.encrypt(form.family_name.data.encode()),
        comment=box.encrypt((form.comment.data or "").encode()),
        country=form.country.data,
        show_name=form.show_name.data,
        token=secrets.token_urlsafe(32),
        created_at=datetime.now(UTC),
    )
    db.session.add(signature)
    found.count = Petition.count + 1
    db.session.commit()
    link = f"http://127.0.0.1/confirm/{signature.token}"
    mail.send(
        Message(
            "Please confirm",
            recipients=[form.email.data],
            body=f"Press the button: {link}",
            html=f'<a href="{link}">Confirm</a>',
        )
    )
