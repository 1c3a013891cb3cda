"""Reactions of service to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="service.sweep_requests", queueing_lock="service.sweep_requests", queue="records")
def sweep_requests(timestamp: int) -> None:
    """Every ten minutes: results and replies that nobody answered, due times whose year was published."""
    from kexin.service.complaints import closing
    from kexin.service.requests.sweeping import sweep

    sweep()
    closing.sweep()


@app.periodic(cron="* * * * *")
@app.task(name="service.give_out_queues", queueing_lock="service.give_out_queues", queue="records")
def give_out_queues(timestamp: int) -> None:
    """Every minute: what waits in a queue goes to whom there is room for it now."""
    from kexin.service.queues.giving import give_out

    give_out()


@app.task(name="service.begin_review", queue="records", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def begin_review(entry_id: int) -> None:
    """A review of a decision was asked for on the portal: it goes to its reviewer."""
    from kexin.core.actor import system
    from kexin.service.complaints.reviewing import begin_review as begin

    begin(entry_id, actor=system("clock.complaints"))


@app.periodic(cron="*/10 * * * *")
@app.task(name="service.prompt_surveys", queueing_lock="service.prompt_surveys", queue="records")
def prompt_surveys(timestamp: int) -> None:
    """Every ten minutes: customers are told of surveys that wait, outside quiet hours and within the budget."""
    from kexin.core.actor import system
    from kexin.service.surveys.inviting import AT_ONCE, CLOCK
    from kexin.service.surveys.inviting import prompt_surveys as prompt

    while prompt(actor=system(CLOCK)) == AT_ONCE:
        pass


@app.periodic(cron="20 7 * * *")
@app.task(name="service.survey_morning", queueing_lock="service.survey_morning", queue="records")
def survey_morning(timestamp: int) -> None:
    """Every morning: what nobody answered ends; at the beginning of a quarter its sample is drawn."""
    from kexin.core.actor import system
    from kexin.service.surveys.inviting import CLOCK, expire_surveys
    from kexin.service.surveys.sampling import draw_if_due

    expire_surveys(actor=system(CLOCK))
    draw_if_due()


@app.periodic(cron="20 * * * *")
@app.task(name="service.sweep_conversations", queueing_lock="service.sweep_conversations", queue="records")
def sweep_conversations(timestamp: int) -> None:
    """Every hour: answered conversations in which the customer stays silent are closed."""
    from kexin.service.conversations.wiring import sweep

    sweep()


@app.periodic(cron="*/10 * * * *")
@app.task(name="service.sweep_calls", queueing_lock="service.sweep_calls", queue="records")
def sweep_calls(timestamp: int) -> None:
    """Every ten minutes: calls of which the telephone system told no end."""
    from kexin.service.telephony.wiring import sweep

    sweep()


@app.periodic(cron="35 * * * *")
@app.task(name="service.close_silent_feedback", queueing_lock="service.close_silent_feedback", queue="records")
def close_silent_feedback(timestamp: int) -> None:
    """Every hour: answers to feedback that the customer did not take up."""
    from kexin.core.actor import system
    from kexin.service.feedback.taking import AT_ONCE, CLOCK
    from kexin.service.feedback.taking import close_silent_feedback as close

    while close(actor=system(CLOCK)) == AT_ONCE:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="service.fetch_mail", queueing_lock="service.fetch_mail", lock="service.fetch_mail", queue="messages")
def fetch_mail(timestamp: int) -> None:
    """Every minute, one reader at a time: new mail of customers, where a mailbox is set."""
    import logging

    from django.conf import settings

    if not settings.KEXIN_IMAP_URL:
        return
    from kexin.service.conversations.mail import fetching

    try:
        fetching.fetch_mail(settings.KEXIN_IMAP_URL)
    except fetching.MailboxAway as away:
        logging.getLogger(__name__).warning("the mailbox cannot be read: %s", away)


@app.periodic(cron="* * * * *")
@app.task(name="service.fetch_wecom", queueing_lock="service.fetch_wecom", lock="service.fetch_wecom", queue="messages")
def fetch_wecom(timestamp: int) -> None:
    """Every minute, one reader at a time: new messages of the WeCom archive, where one is set."""
    import logging

    from django.conf import settings

    if not settings.KEXIN_WECOM_URL:
        return
    from kexin.service.wecom import fetching, sidecar

    try:
        fetching.fetch_archive(settings.KEXIN_WECOM_URL, settings.KEXIN_WECOM_TOKEN)
    except sidecar.ArchiveAway as away:
        logging.getLogger(__name__).warning("the archive of WeCom cannot be read: %s", away)


@app.periodic(cron="10 10,15 * * *")
@app.task(name="service.run_care", queueing_lock="service.run_care", queue="records")
def run_care(timestamp: int) -> None:
    """Twice a day: the occasions of all running care plans; what was done in the morning comes no second time."""
    from kexin.service.care.running import run_all

    run_all()


@app.periodic(cron="20 6 * * *")
@app.task(name="service.sweep_articles", queueing_lock="service.sweep_articles", queue="records")
def sweep_articles(timestamp: int) -> None:
    """Every morning: articles that are to be looked at again, and those whose last day has passed."""
    from kexin.core.actor import system
    from kexin.service.knowledge.sweeping import sweep_articles as look

    look(actor=system("clock.service"))


@app.periodic(cron="3-59/10 * * * *")
@app.task(name="service.learn_assistant", queueing_lock="service.learn_assistant", queue="records")
def learn_assistant(timestamp: int) -> None:
    """Every ten minutes: the assistant learns the articles where others are in use than before."""
    from kexin.core.actor import system
    from kexin.service.assistant.learning import learn_assistant as learn

    learn(actor=system("clock.service"))


@app.periodic(cron="30 6 * * *")
@app.task(name="service.owe_mechanism_review", queueing_lock="service.owe_mechanism_review", queue="records")
def owe_mechanism_review(timestamp: int) -> None:
    """Every morning: the review of the feedback mechanism is somebody's work when its day comes."""
    from kexin.core.actor import system
    from kexin.service.feedback.improving import owe_mechanism_review as owe

    owe(actor=system("clock.feedback"))
