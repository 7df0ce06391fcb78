//! Figures as SDMX, over HTTP/1.1 and over HTTP/2 beside gRPC.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use http_body_util::BodyExt as _;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use tonic::body::Body;
use tower::{Service as _, ServiceExt as _};

use super::harness::*;

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

/// Sends one request as any simple client does: HTTP/1.1, one connection.
async fn send(address: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = tokio::task::spawn_blocking(exchange).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pairs = lines.map(|line| line.split_once(": ").unwrap());
    let headers = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

impl System {
    async fn get(&self, path: &str) -> Answer {
        send(self.gateway.address(), "GET", &format!("/sdmx/v2.1/{path}"), "").await
    }
}

/// What a refusal says: its status, its code, and that it speaks both languages.
#[track_caller]
fn told(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.headers["content-type"], "application/xml; charset=utf-8");
    for language in ["vi", "en"] {
        assert_eq!(answer.body.matches(&format!("<com:Text xml:lang=\"{language}\">")).count(), 1);
    }
    let code = answer.body.split("code=\"").nth(1).unwrap().split('"').next().unwrap();
    (answer.status, code)
}

#[tokio::test]
async fn structures_are_served_with_those_they_refer_to() {
    let system = System::start().await;
    let units = system.get("codelist/THIDUA/CL_UNIT/1.0").await;
    assert_eq!(units.headers["content-type"], "application/vnd.sdmx.structure+xml;version=2.1");
    insta::assert_snapshot!(units.body, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
      <mes:Header>
        <mes:ID>figures-10</mes:ID>
        <mes:Test>false</mes:Test>
        <mes:Prepared>2024-03-01T03:00:00Z</mes:Prepared>
        <mes:Sender id="THIDUA"/>
      </mes:Header>
      <mes:Structures>
        <str:Codelists>
          <str:Codelist id="CL_UNIT" agencyID="THIDUA" version="1.0" isFinal="false" urn="urn:sdmx:org.sdmx.infomodel.codelist.Codelist=THIDUA:CL_UNIT(1.0)">
            <com:Name xml:lang="vi">Cơ quan, đơn vị</com:Name>
            <com:Name xml:lang="en">Units</com:Name>
            <str:Code id="_T">
              <com:Name xml:lang="vi">Tất cả đơn vị</com:Name>
              <com:Name xml:lang="en">All units</com:Name>
            </str:Code>
            <str:Code id="so-tu-phap">
              <com:Name xml:lang="vi">Sở Tư pháp</com:Name>
            </str:Code>
            <str:Code id="thanh-tra-tinh">
              <com:Name xml:lang="vi">Thanh tra tỉnh</com:Name>
            </str:Code>
          </str:Codelist>
        </str:Codelists>
      </mes:Structures>
    </mes:Structure>
    "#);
    insta::assert_snapshot!(system.get("dataflow/THIDUA/FIGURES").await.body, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
      <mes:Header>
        <mes:ID>figures-10</mes:ID>
        <mes:Test>false</mes:Test>
        <mes:Prepared>2024-03-01T03:00:00Z</mes:Prepared>
        <mes:Sender id="THIDUA"/>
      </mes:Header>
      <mes:Structures>
        <str:Dataflows>
          <str:Dataflow id="FIGURES" agencyID="THIDUA" version="1.0" isFinal="true" urn="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=THIDUA:FIGURES(1.0)">
            <com:Name xml:lang="vi">Số liệu thanh tra, tiếp công dân, xử lý đơn, giải quyết khiếu nại, tố cáo</com:Name>
            <com:Name xml:lang="en">Figures on inspections, citizen receptions, petitions and matters</com:Name>
            <str:Structure>
              <Ref id="DSD_FIGURES" version="1.0" agencyID="THIDUA" package="datastructure" class="DataStructure"/>
            </str:Structure>
          </str:Dataflow>
        </str:Dataflows>
      </mes:Structures>
    </mes:Structure>
    "#);

    let whole = system.get("dataflow/THIDUA/FIGURES/latest?references=all").await.body;
    for part in [
        "str:Dataflow ",
        "str:DataStructure ",
        "str:ConceptScheme ",
        "str:TimeDimension ",
        "str:PrimaryMeasure ",
    ] {
        assert_eq!(whole.matches(&format!("<{part}")).count(), 1, "{part}");
    }
    for (part, count) in
        [("str:Codelist ", 4), ("str:Dimension ", 3), ("str:Attribute ", 4), ("str:Concept ", 9)]
    {
        assert_eq!(whole.matches(&format!("<{part}")).count(), count, "{part}");
    }
    let measures = system.get("codelist/THIDUA/CL_MEASURE").await.body;
    let rate = measures.split("<str:Code id=\"matters-resolution_rate\">").nth(1).unwrap();
    insta::assert_snapshot!(rate.split("</str:Code>").next().unwrap(), @r#"

    <com:Name xml:lang="vi">Tỷ lệ giải quyết vụ việc khiếu nại, tố cáo thuộc thẩm quyền</com:Name>
    <com:Name xml:lang="en">Resolution rate of complaints and denunciations within competence</com:Name>
    <com:Description xml:lang="en">Complaints and denunciations resolved in the window over those to resolve, counted in matters (not petitions), in per cent with one decimal, rounded half up. Proposals are in neither count. Ratio: adds neither over periods nor over units. TT 02/2021/TT-TTCP: (01/KQGQ 5 + 6 + 03/KQGQ 6) / (01/KQGQ 4 + 03/KQGQ 4); the reading of the forms, not a printed rule.</com:Description>
    "#);
}

#[tokio::test]
async fn names_are_written_so_that_they_mean_themselves() {
    let system = System::empty().await;
    let mut directory = DirectoryServiceClient::new(system.channel.clone());
    let unit = proto::Unit {
        superior: "units/aa".to_owned(),
        ..create_unit("units/bb", "Sở <A> & \"B\"").unit.unwrap()
    };
    directory.create_unit(create_unit("units/aa", "Thủy lợi")).await.unwrap();
    let request = proto::CreateUnitRequest { unit: Some(unit), ..create_unit("units/bb", "") };
    directory.create_unit(request).await.unwrap();
    let codes = system.get("codelist/THIDUA/CL_UNIT").await.body;
    let code = codes.split("<str:Code id=\"bb\">").nth(1).unwrap().split("</str:Code>").next().unwrap();
    insta::assert_snapshot!(code, @r#"

    <com:Name xml:lang="vi">Sở &#60;A&#62; &#38; &#34;B&#34;</com:Name>
    <str:Parent>
      <Ref id="aa"/>
    </str:Parent>
    "#);
}

const DATA: &str =
    "data/FIGURES/A+S..inspections-recovery_amount+matters-resolution_rate?startPeriod=2023&endPeriod=2023";

#[tokio::test]
async fn data_are_written_in_series_row_by_row_or_flat() {
    let system = System::start().await;
    let series = system.get(DATA).await;
    assert_eq!(series.headers["content-type"], "application/vnd.sdmx.structurespecificdata+xml;version=2.1");
    insta::assert_snapshot!(series.body, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <mes:StructureSpecificData xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common" xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=THIDUA:FIGURES(1.0):ObsLevelDim:TIME_PERIOD">
      <mes:Header>
        <mes:ID>figures-10</mes:ID>
        <mes:Test>false</mes:Test>
        <mes:Prepared>2024-03-01T03:00:00Z</mes:Prepared>
        <mes:Sender id="THIDUA"/>
        <mes:Structure structureID="FIGURES" namespace="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=THIDUA:FIGURES(1.0):ObsLevelDim:TIME_PERIOD" dimensionAtObservation="TIME_PERIOD">
          <com:StructureUsage>
            <Ref agencyID="THIDUA" id="FIGURES" version="1.0"/>
          </com:StructureUsage>
        </mes:Structure>
      </mes:Header>
      <mes:DataSet ss:structureRef="FIGURES" ss:dataScope="DataStructure" ss:action="Information" xsi:type="ns1:DataSetType" REPYEAREND="--12-14">
        <Series FREQ="A" UNIT_ID="_T" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="43586274000" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="A" UNIT_ID="_T" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="50.0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="A" UNIT_ID="so-tu-phap" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="21793137000" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="A" UNIT_ID="so-tu-phap" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="50.0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="A" UNIT_ID="thanh-tra-tinh" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="21793137000" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="A" UNIT_ID="thanh-tra-tinh" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-A1" OBS_VALUE="50.0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="_T" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="43586274000" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="_T" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="50.0" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0.0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="so-tu-phap" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="21793137000" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="so-tu-phap" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="50.0" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0.0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="thanh-tra-tinh" MEASURE="inspections-recovery_amount" UNIT_MEASURE="đồng" DECIMALS="0">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="21793137000" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0" OBS_STATUS="A"/>
        </Series>
        <Series FREQ="S" UNIT_ID="thanh-tra-tinh" MEASURE="matters-resolution_rate" UNIT_MEASURE="%" DECIMALS="1">
          <Obs TIME_PERIOD="2023-S1" OBS_VALUE="50.0" OBS_STATUS="A"/>
          <Obs TIME_PERIOD="2023-S2" OBS_VALUE="0.0" OBS_STATUS="A"/>
        </Series>
      </mes:DataSet>
    </mes:StructureSpecificData>
    "#);
    let flat = system.get(&format!("{DATA}&dimensionAtObservation=AllDimensions&detail=dataonly")).await.body;
    assert!(flat.contains("dimensionAtObservation=\"AllDimensions\"") && !flat.contains("<Series"), "{flat}");
    assert!(flat.contains(
        "<Obs FREQ=\"A\" UNIT_ID=\"_T\" MEASURE=\"inspections-recovery_amount\" TIME_PERIOD=\"2023-A1\" OBS_VALUE=\"43586274000\"/>"
    ));
    let path = format!("/sdmx/v2.1/{DATA}");
    let rows = send(system.gateway.address(), "GET", &path, "Accept: text/csv\r\n").await;
    assert_eq!(rows.headers["content-type"], "application/vnd.sdmx.data+csv;version=2.0.0");
    insta::assert_snapshot!(rows.body.replace('\r', ""), @r#"
    STRUCTURE,STRUCTURE_ID,ACTION,FREQ,UNIT_ID,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,DECIMALS,REPYEAREND
    dataflow,THIDUA:FIGURES(1.0),I,A,_T,inspections-recovery_amount,2023-A1,43586274000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,A,_T,matters-resolution_rate,2023-A1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,A,so-tu-phap,inspections-recovery_amount,2023-A1,21793137000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,A,so-tu-phap,matters-resolution_rate,2023-A1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,A,thanh-tra-tinh,inspections-recovery_amount,2023-A1,21793137000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,A,thanh-tra-tinh,matters-resolution_rate,2023-A1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,_T,inspections-recovery_amount,2023-S1,43586274000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,_T,inspections-recovery_amount,2023-S2,0,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,_T,matters-resolution_rate,2023-S1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,_T,matters-resolution_rate,2023-S2,0.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,so-tu-phap,inspections-recovery_amount,2023-S1,21793137000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,so-tu-phap,inspections-recovery_amount,2023-S2,0,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,so-tu-phap,matters-resolution_rate,2023-S1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,so-tu-phap,matters-resolution_rate,2023-S2,0.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,thanh-tra-tinh,inspections-recovery_amount,2023-S1,21793137000,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,thanh-tra-tinh,inspections-recovery_amount,2023-S2,0,A,đồng,0,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,thanh-tra-tinh,matters-resolution_rate,2023-S1,50.0,A,%,1,--12-14
    dataflow,THIDUA:FIGURES(1.0),I,S,thanh-tra-tinh,matters-resolution_rate,2023-S2,0.0,A,%,1,--12-14
    "#);
    assert_eq!(system.get(&format!("{DATA}&format=csv")).await.body, rows.body);
}

#[tokio::test]
async fn details_leave_out_what_is_not_wanted() {
    let system = System::start().await;
    let body = async |detail: &str| system.get(&format!("{DATA}&detail={detail}")).await.body;
    for (detail, series, observations, attributes) in [
        ("full", true, true, true),
        ("dataonly", true, true, false),
        ("serieskeysonly", true, false, false),
        ("nodata", true, false, true),
    ] {
        let body = body(detail).await;
        let found = ["<Series ", "<Obs ", "UNIT_MEASURE="].map(|part| body.contains(part));
        assert_eq!(found, [series, observations, attributes], "{detail}: {body}");
    }
}

#[tokio::test]
async fn totals_are_those_of_compute_figures() {
    let system = System::start().await;
    let measures = ["inspections.inspected_units", "receptions.people", "matters.resolved"];
    let request = proto::ComputeFiguresRequest {
        measures: measures.map(str::to_owned).to_vec(),
        window: window(day(2022, 12, 15), day(2023, 3, 14)),
        ..Default::default()
    };
    let computed = FigureServiceClient::new(system.channel.clone()).compute_figures(request).await.unwrap();
    for figure in computed.into_inner().figures {
        let Some(proto::figure::Value::Amount(amount)) = figure.value else { panic!("{figure:?}") };
        let measure = figure.measure.replace('.', "-");
        let path = format!("data/FIGURES/Q._T.{measure}?startPeriod=2023-Q1&endPeriod=2023-Q1&format=csv");
        let rows = system.get(&path).await.body;
        assert_eq!(rows.lines().count(), 2, "{rows}");
        assert!(rows.contains(&format!(",Q,_T,{measure},2023-Q1,{amount},A,")), "{amount}: {rows}");
    }
}

#[tokio::test]
async fn open_periods_are_provisional_and_those_to_come_are_left_out() {
    let system = System::start().await;
    let rows = system
        .get("data/FIGURES/A+Q._T.petitions-received?startPeriod=2023-Q4&endPeriod=2030&format=csv")
        .await;
    // The test's day is 1 March 2024.
    let found: Vec<(&str, &str)> = rows
        .body
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[6], cells[8]))
        .collect();
    assert_eq!(found, [("2024-A1", "P"), ("2023-Q4", "A"), ("2024-Q1", "P")]);
    let rows = system.get("data/FIGURES/A._T.petitions-received?format=csv").await;
    assert_eq!(rows.body.lines().count(), 5, "2021 to 2024: {}", rows.body);
}

#[tokio::test]
async fn no_character_that_xml_forbids_is_answered() {
    let system = System::start().await;
    for path in [
        "data/FIGURES/A.%00%01.petitions-received",
        "codelist/%00/%EF%BF%BF",
        "schema%00",
        "data/FIGURES?detail=%00",
    ] {
        let answer = system.get(path).await;
        assert!(
            answer.body.starts_with("<?xml") && answer.body.contains('\u{fffd}'),
            "{path}: {}",
            answer.body
        );
        let forbidden = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
        assert_eq!(answer.body.chars().find(forbidden), None, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_in_both_languages() {
    let system = System::start().await;
    for (path, expected) in [
        ("schema/dataflow/THIDUA/FIGURES", (501, "501")),
        ("codelist/THIDUA/CL_NONE", (404, "100")),
        ("data/OTHER", (404, "100")),
        ("data/FIGURES/A._T", (400, "140")),
        ("data/FIGURES/A.nobody.petitions-received", (400, "140")),
        ("data/FIGURES/W..", (400, "140")),
        ("data/FIGURES/A..petitions.received", (400, "140")),
        ("data/FIGURES/all?startPeriod=yesterday", (400, "140")),
        ("data/FIGURES/all?startPeriod=2024&endPeriod=2023", (400, "140")),
        ("data/FIGURES/all?lastNObservations=1", (501, "501")),
        ("data/FIGURES/all?format=json", (406, "140")),
        ("data/FIGURES/A._T.?startPeriod=2030", (404, "100")),
        // No unit existed then.
        ("data/FIGURES/A.so-tu-phap.?startPeriod=1990&endPeriod=1996", (404, "100")),
        ("data/FIGURES/all?startPeriod=1901", (413, "130")),
    ] {
        assert_eq!(told(&system.get(path).await), expected, "{path}");
    }
    for root in ["/sdmx", "/sdmx/", "/sdmx/v2.1", "/sdmx/v2.1/", "/sdmx/v3/data"] {
        let answer = send(system.gateway.address(), "GET", root, "").await;
        assert_eq!(told(&answer), (404, "100"), "{root}");
        assert!(answer.body.contains("/sdmx/v2.1/dataflow/THIDUA/FIGURES"), "{}", answer.body);
    }
    let refusal = system.get("data/FIGURES/A.nobody.%3Cb%3E").await;
    insta::assert_snapshot!(refusal.body, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <mes:Error xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
      <mes:ErrorMessage code="140">
        <com:Text xml:lang="vi">UNIT_ID không có mã “nobody”; các mã ở /sdmx/v2.1/codelist/THIDUA/CL_UNIT.</com:Text>
        <com:Text xml:lang="en">UNIT_ID has no code `nobody`; /sdmx/v2.1/codelist/THIDUA/CL_UNIT has them all</com:Text>
      </mes:ErrorMessage>
    </mes:Error>
    "#);
    let accept = "Accept: application/vnd.sdmx.genericdata+xml;version=2.1\r\n";
    let path = "/sdmx/v2.1/data/FIGURES";
    let answer = send(system.gateway.address(), "GET", path, accept).await;
    assert_eq!(told(&answer), (406, "140"));
    assert!(answer.body.contains("application/vnd.sdmx.data+csv;version=2.0.0"), "{}", answer.body);
    assert_eq!(send(system.gateway.address(), "POST", path, "Content-Length: 0\r\n").await.status, 405);
}

#[tokio::test]
async fn a_tag_spares_the_same_answer_until_something_changes() {
    let system = System::start().await;
    let path = format!("/sdmx/v2.1/{DATA}");
    let first = system.get(DATA).await;
    let head = send(system.gateway.address(), "HEAD", &path, "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for name in ["etag", "content-type", "content-length", "vary", "cache-control"] {
        assert_eq!(head.headers[name], first.headers[name], "{name}");
    }
    let known = format!("If-None-Match: \"other\", {}\r\n", first.headers["etag"]);
    let again = send(system.gateway.address(), "GET", &path, &known).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.headers["etag"], first.headers["etag"]);
    let rows = send(system.gateway.address(), "GET", &path, &format!("{known}Accept: text/csv\r\n")).await;
    assert_eq!(rows.status, 200);

    let unit = create_unit("units/so-moi", "Sở mới");
    DirectoryServiceClient::new(system.channel.clone()).create_unit(unit).await.unwrap();
    let later = send(system.gateway.address(), "GET", &path, &known).await;
    assert_eq!(later.status, 200);
    assert!(later.body.contains("so-moi"), "{}", later.body);
}

#[tokio::test]
async fn without_statistics_the_caller_is_told_when_to_come_again() {
    let mut system = System::start().await;
    let before = system.get(DATA).await.body;
    system.stop_statistics().await;
    for path in ["codelist/THIDUA/CL_UNIT", DATA] {
        let answer = system.get(path).await;
        assert_eq!(told(&answer), (503, "503"), "{path}");
        assert!(answer.headers["retry-after"].parse::<u64>().unwrap() > 0);
    }
    system.start_statistics().await;
    assert_eq!(system.get(DATA).await.body, before);
}

#[tokio::test]
async fn plain_requests_and_calls_share_the_port() {
    let system = System::start().await;
    let get = async |path: &str| {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let mut channel = system.channel.clone();
        let (parts, body) = channel.ready().await.unwrap().call(request).await.unwrap().into_parts();
        (parts.status.as_u16(), body.collect().await.unwrap().to_bytes())
    };
    let (status, body) = get(&format!("/sdmx/v2.1/{DATA}")).await;
    assert_eq!((status, body.as_ref()), (200, system.get(DATA).await.body.as_bytes()));
    for path in ["/", "/some.other.v1.Service/Method"] {
        assert_eq!(get(path).await.0, 404, "{path}");
        let answer = send(system.gateway.address(), "GET", path, "").await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_str()),
            (404, "text/plain; charset=utf-8")
        );
    }
    let caller =
        send(system.gateway.address(), "GET", "/sdmx/v2.1/dataflow", "thidua-caller: nobody\r\n").await;
    assert_eq!(caller.status, 401, "{}", caller.body);
    system.generate(report()).await.unwrap();
}
