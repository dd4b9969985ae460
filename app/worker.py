"""Registers the job bodies, each of which calls one service, and runs them until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DEFAULT_QUEUE

from app.db import make_engine, make_session_factory
from app.delivery import make_channels
from app.jobs import PLANS, JobName, make_queue
from app.routing import RulesFile
from app.services import (
    digests,
    late_answers,
    mailbox_round,
    outgoing,
    overdue_mails,
    plan_working,
    recovery,
    staff_words,
    upkeep,
)
from app.services.deadlines import counting_by
from app.services.office import Office
from app.storage import PhotoStore

if TYPE_CHECKING:
    from procrastinate import App

    from app.settings import Settings

log = logging.getLogger(__name__)

CONCURRENCY = 4
# Plans are solved by one core less than there are: pages and mails keep theirs.
PLANS_AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
HEARTBEAT_SECONDS = 5.0
# A worker that has not been heard of for so long is dead, and its jobs are given to the others.
DEAD_AFTER_SECONDS = 20.0
STOP_WITHIN_SECONDS = 30.0
AFTER_TROUBLE_SECONDS = 2.0


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; running jobs are finished. A database that goes away is waited for."""
    office = make_office(settings)
    queue = make_queue(settings.database_url or "")
    register(queue, office)
    asyncio.run(_work(queue, office))


def make_office(settings: Settings) -> Office:
    """The long-lived parts, from the settings. A rules file with mistakes stops the start here."""
    secret = settings.secret()
    engine = make_engine(settings.database_url or "", pool_size=CONCURRENCY + PLANS_AT_ONCE + 1)
    rules_file = RulesFile(settings.rules_file)
    return Office(
        settings=settings,
        session_factory=counting_by(rules_file.current, make_session_factory(engine)),
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=secret,
        channels=make_channels(settings, secret=secret),
        clock=lambda: datetime.now(UTC),
    )


def register(queue: App, office: Office) -> None:
    """Every job's body by its name."""
    _register_rounds(queue, office)

    @queue.task(name=JobName.DELIVER.value)
    def deliver(delivery_id: int) -> None:
        outgoing.deliver(office, delivery_id=delivery_id)

    @queue.task(name=JobName.NOTIFY.value)
    def notify(notification_id: int) -> None:
        outgoing.notify(office, notification_id=notification_id)

    @queue.task(name=JobName.SEND_LINK.value)
    def send_link(link_id: int) -> None:
        outgoing.send_link(office, link_id=link_id)

    @queue.task(name=JobName.ASK_FOLLOWER.value)
    def ask_follower(mail_id: int) -> None:
        outgoing.tell_follower(office, mail_id=mail_id)

    @queue.task(name=JobName.TELL_COLLEAGUE.value)
    def tell_colleague(mention_id: int) -> None:
        outgoing.tell_colleague(office, mention_id=mention_id)

    @queue.periodic(cron="* * * * * */15")
    @queue.task(name=JobName.LOOK_UP.value)
    def look_up(timestamp: int) -> None:  # noqa: ARG001
        late_answers.look_up(office)

    @queue.periodic(cron="* * * * *")
    @queue.task(name=JobName.READ_MAILBOX.value, lock="mailbox", queueing_lock="mailbox")
    def read_mailbox(timestamp: int) -> None:  # noqa: ARG001
        mailbox_round.run(office)

    @queue.periodic(cron="* * * * *")
    @queue.task(name=JobName.RECOVER.value)
    async def recover(timestamp: int) -> None:  # noqa: ARG001  (procrastinate hands it over)
        await _recover(queue, office)
        await asyncio.to_thread(plan_working.recover_plans, office)
        await asyncio.to_thread(upkeep.fold_tallies, office)
        await asyncio.to_thread(staff_words.write_words, office)

    @queue.periodic(cron="17 * * * *")
    @queue.task(name=JobName.SWEEP.value)
    def sweep(timestamp: int) -> None:  # noqa: ARG001
        log.info("Swept: %s", upkeep.sweep(office))


def _register_rounds(queue: App, office: Office) -> None:
    """What takes long: plans of rounds, and what goes to many at once, at an hour of the day."""

    @queue.task(name=JobName.PLAN.value, queue=PLANS)
    def plan(plan_id: int) -> None:
        plan_working.work_out(office, plan_id)

    # One at a time: the other places of this worker are for what somebody waits for.
    @queue.periodic(cron="* * * * * */15")
    @queue.task(name=JobName.TELL_FOLLOWERS.value, lock="followers", queueing_lock="followers")
    def tell_followers(timestamp: int) -> None:  # noqa: ARG001
        digests.run(office)

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name=JobName.TELL_LEADERS.value, lock="leaders", queueing_lock="leaders")
    def tell_leaders(timestamp: int) -> None:  # noqa: ARG001
        overdue_mails.run(office)


async def _recover(queue: App, office: Office) -> None:
    """Jobs of dead workers first, then the messages they were at."""
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        # Another worker may do the same at this moment; then the job is no longer "doing".
        with contextlib.suppress(ConnectorException):
            await queue.job_manager.retry_job(job)
    recovered = await asyncio.to_thread(recovery.recover, office)
    if recovered.cut_off or recovered.jobless:
        log.warning("After a crash: %s", recovered)


async def _work(queue: App, office: Office) -> None:
    """Until a signal comes; when the database is lost, begin again."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _work_once(queue, office, stop)
        except Exception:
            log.exception("The worker lost its database; it tries again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AFTER_TROUBLE_SECONDS)


async def _work_once(queue: App, office: Office, stop: asyncio.Event) -> None:
    async with queue.open_async():
        await _recover(queue, office)
        workers = [
            asyncio.create_task(_worker(queue, DEFAULT_QUEUE, concurrency=CONCURRENCY)),
            asyncio.create_task(_worker(queue, PLANS, concurrency=PLANS_AT_ONCE)),
        ]
        told_to_stop = asyncio.create_task(stop.wait())
        await asyncio.wait({*workers, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        told_to_stop.cancel()
        # One that ended alone has lost its database; procrastinate takes this as a wish to stop, and finishes first
        # what is running.
        for working in workers:
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*workers)


async def _worker(queue: App, name: str, *, concurrency: int) -> None:
    """Do the jobs of one queue."""
    await queue.run_worker_async(
        queues=[name],
        concurrency=concurrency,
        fetch_job_polling_interval=1.0,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=DEAD_AFTER_SECONDS,
        shutdown_graceful_timeout=STOP_WITHIN_SECONDS,
    )
