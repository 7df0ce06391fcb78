#!/usr/bin/env python3
"""A stranger's year with thidua: a client that knows addresses and names, and learns everything else by reflection.

No generated code and no .proto file is used, not even for error details: whatever the server cannot describe itself, this
client cannot read. It expects the example year (Bắc Ninh 2023), writes one petition, and takes it out again, so it can
run any number of times against one system.
"""

import argparse
import sys
import unicodedata
import uuid
from types import SimpleNamespace

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

DIRECTORY = "thidua.statistics.v1.DirectoryService"
FIGURES = "thidua.statistics.v1.FigureService"
PETITIONS = "thidua.statistics.v1.PetitionService"
REPORTS = "thidua.reports.v1.BlocReportService"
JOURNAL = "thidua.journal.v1.JournalService"
HEALTH = "grpc.health.v1.Health"

STATISTICS_SERVICES = {DIRECTORY, FIGURES, PETITIONS, JOURNAL, HEALTH, "thidua.statistics.v1.InspectionService",
                       "thidua.statistics.v1.ReceptionService", "thidua.statistics.v1.TransferService"}
AWARDS_SERVICES = {JOURNAL, HEALTH} | {f"thidua.awards.v1.{service}Service" for service in
                                       ("Award", "Ballot", "Bloc", "Nomination", "Rule")}
EXPECTED_SERVICES = {"statistics": STATISTICS_SERVICES, "awards": AWARDS_SERVICES,
                     "gateway": STATISTICS_SERVICES | AWARDS_SERVICES | {REPORTS}}

BLOC_YEAR = {"bloc": "blocs/noi-chinh-bac-ninh", "year": 2023}
MEMBERS = [f"units/{unit}" for unit in ("thanh-tra-tinh", "so-noi-vu", "so-tu-phap", "bo-chi-huy-quan-su-tinh",
                                        "cong-an-tinh", "tand-tinh", "vien-ksnd-tinh", "cuc-thads-tinh")]
NOMINATIONS = [("units/thanh-tra-tinh", "Cờ thi đua của Chính phủ"),
               ("units/cong-an-tinh", "Cờ thi đua của UBND tỉnh"),
               ("units/tand-tinh", "Cờ thi đua của UBND tỉnh"),
               ("units/so-noi-vu", "Bằng khen của Chủ tịch UBND tỉnh"),
               ("units/bo-chi-huy-quan-su-tinh", "Bằng khen của Chủ tịch UBND tỉnh"),
               ("units/vien-ksnd-tinh", "Bằng khen của Chủ tịch UBND tỉnh")]
WINDOW = {"window": {"days": {"first_date": {"year": 2022, "month": 12, "day": 15},
                              "last_date": {"year": 2023, "month": 11, "day": 21}}}}
INSPECTORATE = "units/thanh-tra-tinh"
RECEIVED = {"year": 2023, "month": 6, "day": 1}
PETITIONS_IN_SEED = 3868


def date(year, month, day):
    return {"year": year, "month": month, "day": day}


def same(what, found, expected):
    assert found == expected, f"{what}: found {found!r}, expected {expected!r}"


# Who calls where a step names nobody else.
CALLER = "office=journey; unit=units/-; roles=registrar,recorder,approver,secretary"


class Peer:
    """One address, with all its message types taken from its own reflection."""

    def __init__(self, address):
        # 16 MiB lets a large request out; nothing that comes back is near it.
        self.channel = grpc.insecure_channel(address, options=[("grpc.max_send_message_length", 16 << 20)])
        grpc.channel_ready_future(self.channel).result(timeout=10)
        self.reflection = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.reflection)

    def message(self, full_name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))

    def call(self, service, method, request=None, metadata=None):
        """The answer of a unary call, and its trailing metadata. Off loopback a call that names nobody can only read."""
        metadata = list(metadata or [])
        if all(key != "thidua-caller" for key, _ in metadata):
            metadata.append(("thidua-caller", CALLER))
        shape = self.pool.FindServiceByName(service).FindMethodByName(method)
        ask, answer = (message_factory.GetMessageClass(side) for side in (shape.input_type, shape.output_type))
        stub = self.channel.unary_unary(f"/{service}/{method}", ask.SerializeToString, answer.FromString)
        response, call = stub.with_call(ask(**(request or {})), metadata=metadata, timeout=20)
        return response, dict(call.trailing_metadata())

    def ask(self, service, method, request=None, metadata=None):
        return self.call(service, method, request, metadata)[0]

    def refused(self, code, reason, service, method, request=None, metadata=None):
        """Makes a call that must fail with this code and reason, and returns its details by type."""
        try:
            answer = self.ask(service, method, request, metadata)
        except grpc.RpcError as error:
            return self.details(error, code, reason, service)
        raise AssertionError(f"{service}/{method} answered {str(answer)[:200]!r}, expected {code} {reason}")

    def details(self, error, code, reason, service):
        same("status code", error.code(), code)
        packed = [value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin"]
        same("number of grpc-status-details-bin", len(packed), 1)
        status = self.message("google.rpc.Status").FromString(packed[0])
        same("code inside the details", status.code, code.value[0])
        found = {}
        for detail in status.details:
            full_name = detail.type_url.rpartition("/")[2]
            assert full_name not in found, f"{full_name} comes twice"
            found[full_name.rpartition(".")[2]] = self.message(full_name).FromString(detail.value)
        same("reason", found["ErrorInfo"].reason, f"ERROR_REASON_{reason}")
        same("domain", found["ErrorInfo"].domain, service.rpartition(".")[0])
        same("locale", found["LocalizedMessage"].locale, "vi-VN")
        assert found["LocalizedMessage"].message, "the Vietnamese text is empty"
        assert error.details(), "the English text is empty"
        return SimpleNamespace(metadata=dict(found["ErrorInfo"].metadata), **found)


class Journey:
    """The steps, in order; a method whose name begins with `step_` is one, and its first doc line is its title."""

    def __init__(self, gateway, statistics, awards):
        # Where only the door is open, everything is asked there.
        self.gateway, self.statistics = gateway, statistics or gateway
        peers = {"gateway": gateway, "statistics": statistics, "awards": awards}
        self.peers = {name: peer for name, peer in peers.items() if peer}

    # What is there

    def step_services(self):
        """every address lists its services, and describes each of them"""
        for address, peer in self.peers.items():
            listed = set(peer.reflection.get_services())
            missing = EXPECTED_SERVICES[address] - listed
            assert not missing, f"{address} does not list {sorted(missing)}"
            for service in listed:
                assert peer.pool.FindServiceByName(service).methods, f"{address}: {service} has no methods"
        if "statistics" in self.peers:
            assert REPORTS not in self.statistics.reflection.get_services(), "statistics lists the reports"

    def step_reflection_v1(self):
        """reflection v1 answers with the same list as v1alpha"""
        for address, peer in self.peers.items():
            # v1 took v1alpha's messages over unchanged, and each version describes only itself.
            ask = peer.message("grpc.reflection.v1alpha.ServerReflectionRequest")
            answer = peer.message("grpc.reflection.v1alpha.ServerReflectionResponse")
            stub = peer.channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                                              ask.SerializeToString, answer.FromString)
            questions = [ask(list_services="*"), ask(file_containing_symbol="google.rpc.BadRequest")]
            listed, described = stub(iter(questions), timeout=20)
            services = [service.name for service in listed.list_services_response.service]
            same(f"services of {address}", sorted(services), sorted(peer.reflection.get_services()))
            files = described.file_descriptor_response.file_descriptor_proto
            assert any(b"BadRequest" in file for file in files), f"{address} does not describe google.rpc.BadRequest"

    def step_health(self):
        """every address is SERVING, as a whole and service by service"""
        for address, peer in self.peers.items():
            names = peer.pool.FindEnumTypeByName("grpc.health.v1.HealthCheckResponse.ServingStatus").values_by_number
            for service in {""} | EXPECTED_SERVICES[address] - {HEALTH}:
                answer = peer.ask(HEALTH, "Check", {"service": service})
                same(f"health of {service!r} at {address}", names[answer.status].name, "SERVING")

    # Units

    def step_units(self):
        """units are listed page by page, and each can be read, by the gateway as by statistics"""
        for peer in (self.gateway, self.statistics):
            names, token = [], ""
            while True:
                page = peer.ask(DIRECTORY, "ListUnits", {"page_size": 3, "page_token": token})
                assert len(page.units) <= 3, f"a page of {len(page.units)} units, asked for 3"
                names += [unit.name for unit in page.units]
                token = page.next_page_token
                if not token:
                    break
            same("names, sorted and distinct", names, sorted(set(names)))
            assert set(MEMBERS) <= set(names), f"not listed: {sorted(set(MEMBERS) - set(names))}"
            for name in MEMBERS:
                same("name", peer.ask(DIRECTORY, "GetUnit", {"name": name}).name, name)

    def step_resolve(self):
        """one unit, however its name is written: by its alias, decomposed, without marks, in other case"""
        official = "Bộ Chỉ huy Quân sự tỉnh"
        for written in (official, "Ban Chỉ huy Quân sự tỉnh", unicodedata.normalize("NFD", official),
                        "Bo Chi huy Quan su tinh", "  BỘ CHỈ HUY   QUÂN SỰ TỈNH "):
            answer = self.gateway.ask(DIRECTORY, "ResolveUnit", {"display_name": written})
            same(f"unit meant by {written!r}", answer.unit.name, "units/bo-chi-huy-quan-su-tinh")
            same("official name", answer.unit.display_name, official)

    def step_unknown_name(self):
        """an unknown name is NOT_FOUND, with the nearest names"""
        error = self.gateway.refused(grpc.StatusCode.NOT_FOUND, "UNIT_NAME_UNKNOWN", DIRECTORY, "ResolveUnit",
                                     {"display_name": "Sở Tư phát"})
        same("name echoed", error.metadata["display_name"], "Sở Tư phát")
        best = error.metadata["suggestions"].split("; ")[0]
        same("best suggestion", best, "Sở Tư pháp = units/so-tu-phap")

    def step_unknown_unit(self):
        """an unknown unit is NOT_FOUND, and the error names it"""
        error = self.gateway.refused(grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND", DIRECTORY, "GetUnit",
                                     {"name": "units/khong-co"})
        same("resource", error.metadata["resource"], "units/khong-co")
        same("ResourceInfo", error.ResourceInfo.resource_name, "units/khong-co")

    # The report

    def report(self, **options):
        return self.gateway.ask(REPORTS, "GenerateBlocReport", BLOC_YEAR | options)

    def amounts(self, report):
        return {figure.measure: figure.amount for figure in report.figures if figure.WhichOneof("value") == "amount"}

    def step_report_figures(self):
        """the 2023 report has every figure of the example year, provisional, with its wording"""
        report = self.report()
        amounts = self.amounts(report)
        for measure, expected in {"inspections.conducted": 128, "inspections.inspected_units": 441,
                                  "inspections.referred_cases": 9, "receptions.visits": 3704,
                                  "receptions.people": 5767, "petitions.received": PETITIONS_IN_SEED,
                                  "matters.to_resolve_complaints_denunciations": 101,
                                  "matters.resolved_complaints_denunciations": 89}.items():
            same(measure, amounts.get(measure), expected)
        economic = amounts["inspections.economic_amount"]
        assert 43_550_000_000 < economic < 43_600_000_000, f"economic amount: {economic}"
        figures = {figure.measure: figure for figure in report.figures}
        same("wording of the amount", figures["inspections.economic_amount"].phrase.vi, "gần 43,6 tỷ đồng")
        rate = figures["matters.resolution_rate"]
        same("rate", (rate.share.numerator, rate.share.denominator, rate.share.percent), (89, 101, "88.1"))
        same("wording of the rate", rate.phrase.vi, "88,1%")
        status = rate.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_name
        for figure in report.figures:
            same(f"status of {figure.measure}", figure.status, status["REPORT_FIGURE_STATUS_PROVISIONAL"].number)
        same("parts missing", len(report.missing_parts), 0)
        same("sources", sorted(source.service for source in report.sources), ["awards", "statistics"])

    def step_report_adds_up(self):
        """the members' figures add to the figures of the bloc"""
        report = self.report()
        same("members with figures", [row.member.unit for row in report.member_figures], MEMBERS)
        for measure, total in self.amounts(report).items():
            parts = [figure.amount for row in report.member_figures for figure in row.figures
                     if figure.measure == measure]
            same(f"number of parts of {measure}", len(parts), len(MEMBERS))
            same(f"sum of {measure}", sum(parts), total)

    def step_report_bloc(self):
        """the report has the members, the leaders, the pledge and the proposals, and no decision yet"""
        report = self.report()
        same("members", [member.unit for member in report.members], MEMBERS)
        same("leader", report.leader.unit, INSPECTORATE)
        same("next leader", report.next_leader.unit, "units/tand-tinh")
        same("contents of the pledge", len(report.pledge_contents), 10)
        found = [(nomination.member.unit, nomination.title_label.vi) for nomination in report.nominations]
        same("nominations", found, NOMINATIONS)
        for nomination in report.nominations:
            assert nomination.vote.vi, f"{nomination.nomination}: no vote"
            same("decision", (nomination.decision_number, nomination.HasField("decision_date")), ("", False))
        without = [member.unit for member in report.members_without_nomination]
        same("members without", without, ["units/so-tu-phap", "units/cuc-thads-tinh"])

    def step_report_nine_months(self):
        """the nine-months report has the figures up to 14 September"""
        report = self.report(cut_off_date=date(2023, 9, 14))
        amounts = self.amounts(report)
        same("visits", amounts["receptions.visits"], 3348)
        same("people", amounts["receptions.people"], 5195)
        same("petitions", amounts["petitions.received"], 3395)
        same("last day", (report.last_date.year, report.last_date.month, report.last_date.day), (2023, 9, 14))

    def step_render(self):
        """the report is set as text, Markdown and HTML, in Vietnamese and English"""
        told = {"vi": ("gần 43,6 tỷ đồng", "3.704", "88,1%"), "en": ("nearly 43.6 billion", "3,704", "88.1%")}
        kinds = {"TEXT": "text/plain", "MARKDOWN": "text/markdown", "HTML": "text/html"}
        for language, phrases in told.items():
            for kind, content_type in kinds.items():
                answer = self.gateway.ask(REPORTS, "RenderBlocReport", BLOC_YEAR | {
                    "format": f"DOCUMENT_FORMAT_{kind}", "language_code": language})
                same("content type", answer.content_type, f"{content_type}; charset=utf-8")
                for phrase in phrases:
                    assert phrase in answer.content, f"{kind} in {language} does not say {phrase!r}"
                if kind == "TEXT":
                    widest = max(answer.content.splitlines(), key=len)
                    assert len(widest) <= 100, f"a line of {len(widest)} columns: {widest!r}"
                if kind == "MARKDOWN":
                    assert "\n# " in f"\n{answer.content}" and "\n|" in answer.content, "no heading or no table"
                if kind == "HTML":
                    assert answer.content.lower().startswith("<!doctype html>"), answer.content[:40]
                    assert f'lang="{language}"' in answer.content, f"the page is not marked as {language}"
                    for outside in ("src=", "<link", "@import"):
                        assert outside not in answer.content, f"the page loads something: {outside}"

    # One petition's life

    def petitions_that_day(self):
        page = self.statistics.ask(PETITIONS, "ListPetitions", {
            "parent": INSPECTORATE, "received_from": RECEIVED, "received_to": RECEIVED, "page_size": 1000})
        same("next page token", page.next_page_token, "")
        return [petition.name for petition in page.petitions]

    def head(self):
        return self.statistics.ask(JOURNAL, "GetHead", {"journal": "journals/statistics"}).revision

    def creation(self, **petition):
        return {"parent": INSPECTORATE, "request_id": self.request_id,
                "petition": {"received_date": RECEIVED, "kind": "PETITION_KIND_COMPLAINT"} | petition}

    def step_create(self):
        """a petition is entered through the gateway"""
        self.request_id = str(uuid.uuid4())
        self.before = self.petitions_that_day()
        self.petition, trailer = self.gateway.call(PETITIONS, "CreatePetition", self.creation())
        assert self.petition.name.startswith(f"{INSPECTORATE}/petitions/"), self.petition.name
        assert self.petition.etag, "the petition has no etag"
        assert "thidua-revision" in trailer, f"no thidua-revision among {sorted(trailer)}"
        self.revision = int(trailer["thidua-revision"])
        same("newest revision", self.head(), self.revision)
        same("petitions that day", sorted(self.petitions_that_day()), sorted(self.before + [self.petition.name]))

    def received(self):
        figures = self.statistics.ask(FIGURES, "ComputeFigures", WINDOW | {
            "units": MEMBERS, "measures": ["petitions.received"]}, [("thidua-min-revision", str(self.revision))])
        assert figures.revision >= self.revision, f"read at {figures.revision}, asked for {self.revision}"
        (figure,) = figures.figures
        return figure.amount

    def step_read_your_write(self):
        """it is counted at once, by statistics and in the report"""
        same("petitions by statistics", self.received(), PETITIONS_IN_SEED + 1)
        amounts = self.amounts(self.report(min_statistics_revision=self.revision))
        same("petitions in the report", amounts["petitions.received"], PETITIONS_IN_SEED + 1)

    def step_future_revision(self):
        """a revision that does not exist yet is not awaited but refused"""
        error = self.statistics.refused(grpc.StatusCode.FAILED_PRECONDITION, "REVISION_NOT_REACHED", FIGURES,
                                        "ComputeFigures", WINDOW, [("thidua-min-revision", str(self.revision + 1))])
        same("metadata", error.metadata, {"revision": str(self.revision), "min_revision": str(self.revision + 1)})

    def step_repeat(self):
        """the same call again returns the same petition and writes nothing"""
        again, trailer = self.gateway.call(PETITIONS, "CreatePetition", self.creation())
        same("petition", again, self.petition)
        same("revision told", trailer.get("thidua-revision"), str(self.revision))
        same("newest revision", self.head(), self.revision)
        same("number of petitions that day", len(self.petitions_that_day()), len(self.before) + 1)

    def step_request_id_reused(self):
        """its request id with other content is refused"""
        error = self.gateway.refused(grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_ID_REUSED", PETITIONS,
                                     "CreatePetition", self.creation(kind="PETITION_KIND_DENUNCIATION"))
        same("metadata", error.metadata, {"request_id": self.request_id, "revision": str(self.revision)})

    def step_stale_etag(self):
        """an update counts with the latest etag, and is refused with an older one"""
        change = {"name": self.petition.name, "signer_count": 7, "etag": self.petition.etag}
        request = {"petition": change, "update_mask": {"paths": ["signer_count"]}}
        updated, trailer = self.gateway.call(PETITIONS, "UpdatePetition", request)
        same("signers", updated.signer_count, 7)
        same("kind, not in the mask", updated.kind, self.petition.kind)
        assert updated.etag != self.petition.etag, "the etag did not change"
        self.revision = int(trailer["thidua-revision"])
        error = self.gateway.refused(grpc.StatusCode.ABORTED, "ETAG_MISMATCH", PETITIONS, "UpdatePetition", request)
        same("metadata", error.metadata, {"resource": self.petition.name, "etag": self.petition.etag})
        self.petition = updated

    def step_bad_fields(self):
        """a bad petition is refused with every field that is wrong"""
        self.wrong_fields({"petition.received_date": "NO_SUCH_DAY", "petition.kind": "UNKNOWN_VALUE",
                           "petition.signer_count": None},
                          received_date=date(2023, 2, 30), kind=99, signer_count=-1)

    def step_bad_order(self):
        """a petition processed before it was received is refused"""
        self.wrong_fields({"petition.processed_date": None}, processed_date=date(2023, 5, 31),
                          handling="PETITION_HANDLING_STORED")

    def wrong_fields(self, expected, **petition):
        request = self.creation(**petition) | {"request_id": str(uuid.uuid4())}
        error = self.gateway.refused(grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID", PETITIONS, "CreatePetition",
                                     request)
        violations = {violation.field: violation for violation in error.BadRequest.field_violations}
        same("fields", set(violations), set(expected))
        same("fields in the metadata", set(error.metadata["fields"].split(",")), set(expected))
        for field, reason in expected.items():
            assert violations[field].description, f"{field}: no description"
            same(f"language of {field}", violations[field].localized_message.locale, "vi-VN")
            if reason:
                same(f"reason of {field}", violations[field].reason, reason)
        same("newest revision", self.head(), self.revision)

    def step_delete(self):
        """the petition is taken out, and the report is as before"""
        request = {"name": self.petition.name, "etag": self.petition.etag, "request_id": str(uuid.uuid4())}
        _, trailer = self.gateway.call(PETITIONS, "DeletePetition", request)
        self.revision = int(trailer["thidua-revision"])
        same("petitions by statistics", self.received(), PETITIONS_IN_SEED)
        amounts = self.amounts(self.report(min_statistics_revision=self.revision))
        same("petitions in the report", amounts["petitions.received"], PETITIONS_IN_SEED)
        same("petitions that day", self.petitions_that_day(), self.before)
        error = self.gateway.refused(grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND", PETITIONS, "GetPetition",
                                     {"name": self.petition.name})
        same("resource", error.ResourceInfo.resource_name, self.petition.name)

    # Refusals

    def step_other_unit(self):
        """a recorder of one unit may not write for another"""
        self.request_id = str(uuid.uuid4())
        caller = [("thidua-caller", "office=x; unit=units/so-noi-vu; roles=recorder")]
        for peer in (self.gateway, self.statistics):
            error = peer.refused(grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED", PETITIONS,
                                 "CreatePetition", self.creation(), caller)
            same("resource", error.metadata["resource"], INSPECTORATE)
            same("role that may", error.metadata["role"], "recorder")
        own = self.creation() | {"parent": "units/so-noi-vu", "validate_only": True}
        self.gateway.ask(PETITIONS, "CreatePetition", own, caller)
        same("newest revision", self.head(), self.revision)

    def step_unreadable_caller(self):
        """a caller that cannot be read is not taken for anybody"""
        for peer in (self.gateway, self.statistics):
            error = peer.refused(grpc.StatusCode.UNAUTHENTICATED, "CALLER_INVALID", DIRECTORY, "ListUnits", None,
                                 [("thidua-caller", "office=x; roles=chief")])
            assert "chief" in error.metadata["problem"], error.metadata

    def step_unknown_method(self):
        """a method that does not exist is UNIMPLEMENTED, with its reason"""
        path = f"/{PETITIONS}/Frobnicate"
        for peer in self.peers.values():
            try:
                peer.channel.unary_unary(path)(b"", timeout=20)
            except grpc.RpcError as error:
                details = peer.details(error, grpc.StatusCode.UNIMPLEMENTED, "METHOD_UNKNOWN", PETITIONS)
                same("metadata", details.metadata, {"method": path})
            else:
                raise AssertionError(f"{path} answered")

    def step_long_text(self):
        """10 MB of text are refused by the name of the field, not by a broken stream"""
        for peer in (self.gateway, self.statistics):
            error = peer.refused(grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID", DIRECTORY, "ResolveUnit",
                                 {"display_name": "x" * 10_000_000})
            same("fields", [violation.field for violation in error.BadRequest.field_violations], ["display_name"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for address in ("gateway", "statistics", "awards"):
        arguments.add_argument(f"--{address}", required=address == "gateway", metavar="HOST:PORT")
    given = arguments.parse_args()
    peers = [Peer(address) if address else None for address in (given.gateway, given.statistics, given.awards)]
    journey = Journey(*peers)
    steps = [name for name in vars(Journey) if name.startswith("step_")]
    failed = 0
    for name in steps:
        step = getattr(journey, name)
        try:
            step()
            print(f"ok    {step.__doc__}")
        # A later step may still tell something, so one that fails does not end the journey; it ends in exit code 1.
        except Exception as error:  # noqa: BLE001
            failed += 1
            print(f"FAIL  {step.__doc__}\n      {type(error).__name__}: {error}")
    print(f"{len(steps) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
