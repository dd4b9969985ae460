from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.planning.gpx import GpxAbout, GpxStop, route_gpx

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
STOPS = [GpxStop(69.6492, 18.9553, "1", "Mørk lykt"), GpxStop(69.68, 18.97, "2")]

LEGS = [[[18.95, 69.64], [18.9553, 69.6492]], [[18.9553, 69.6492], [18.96, 69.66], [18.97, 69.68]]]

# What of the published structure a round uses, in our own words: order, places, kinds of values.
SCHEMA = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.topografix.com/GPX/1/1"
    targetNamespace="http://www.topografix.com/GPX/1/1" elementFormDefault="qualified">
  <xs:simpleType name="lat"><xs:restriction base="xs:decimal">
    <xs:minInclusive value="-90"/><xs:maxInclusive value="90"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="lon"><xs:restriction base="xs:decimal">
    <xs:minInclusive value="-180"/><xs:maxExclusive value="180"/></xs:restriction></xs:simpleType>
  <xs:complexType name="link"><xs:sequence>
      <xs:element name="text" type="xs:string" minOccurs="0"/>
      <xs:element name="type" type="xs:string" minOccurs="0"/></xs:sequence>
    <xs:attribute name="href" type="xs:anyURI" use="required"/></xs:complexType>
  <xs:complexType name="point"><xs:sequence>
      <xs:element name="ele" type="xs:decimal" minOccurs="0"/>
      <xs:element name="time" type="xs:dateTime" minOccurs="0"/>
      <xs:element name="magvar" type="xs:decimal" minOccurs="0"/>
      <xs:element name="geoidheight" type="xs:decimal" minOccurs="0"/>
      <xs:element name="name" type="xs:string" minOccurs="0"/>
      <xs:element name="cmt" type="xs:string" minOccurs="0"/>
      <xs:element name="desc" type="xs:string" minOccurs="0"/>
      <xs:element name="src" type="xs:string" minOccurs="0"/>
      <xs:element name="link" type="link" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="sym" type="xs:string" minOccurs="0"/>
      <xs:element name="type" type="xs:string" minOccurs="0"/></xs:sequence>
    <xs:attribute name="lat" type="lat" use="required"/><xs:attribute name="lon" type="lon" use="required"/>
  </xs:complexType>
  <xs:group name="about"><xs:sequence>
      <xs:element name="name" type="xs:string" minOccurs="0"/>
      <xs:element name="cmt" type="xs:string" minOccurs="0"/>
      <xs:element name="desc" type="xs:string" minOccurs="0"/>
      <xs:element name="src" type="xs:string" minOccurs="0"/>
      <xs:element name="link" type="link" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="number" type="xs:nonNegativeInteger" minOccurs="0"/>
      <xs:element name="type" type="xs:string" minOccurs="0"/></xs:sequence></xs:group>
  <xs:element name="gpx"><xs:complexType><xs:sequence>
      <xs:element name="metadata" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element name="name" type="xs:string" minOccurs="0"/>
        <xs:element name="desc" type="xs:string" minOccurs="0"/>
        <xs:element name="author" minOccurs="0"><xs:complexType><xs:sequence>
          <xs:element name="name" type="xs:string" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
        <xs:element name="copyright" minOccurs="0"><xs:complexType><xs:sequence>
          <xs:element name="year" type="xs:gYear" minOccurs="0"/>
          <xs:element name="license" type="xs:anyURI" minOccurs="0"/></xs:sequence>
          <xs:attribute name="author" type="xs:string" use="required"/></xs:complexType></xs:element>
        <xs:element name="link" type="link" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="time" type="xs:dateTime" minOccurs="0"/>
        <xs:element name="keywords" type="xs:string" minOccurs="0"/>
        <xs:element name="bounds" minOccurs="0"><xs:complexType>
          <xs:attribute name="minlat" type="lat" use="required"/><xs:attribute name="minlon" type="lon" use="required"/>
          <xs:attribute name="maxlat" type="lat" use="required"/><xs:attribute name="maxlon" type="lon" use="required"/>
        </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
      <xs:element name="wpt" type="point" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="rte" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:group ref="about"/>
        <xs:element name="rtept" type="point" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
      </xs:complexType></xs:element>
      <xs:element name="trk" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:group ref="about"/>
        <xs:element name="trkseg" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="trkpt" type="point" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
        </xs:complexType></xs:element></xs:sequence>
      </xs:complexType></xs:element></xs:sequence>
    <xs:attribute name="version" fixed="1.1" use="required"/><xs:attribute name="creator" use="required"/>
  </xs:complexType></xs:element>
</xs:schema>"""
VALID = etree.XMLSchema(etree.fromstring(SCHEMA))
IN_GPX = {"g": "http://www.topografix.com/GPX/1/1"}


def read(data):
    root = etree.fromstring(data)
    VALID.assertValid(root)
    return root


def test_a_round_has_its_stops_as_waypoints_and_in_order_as_a_route():
    root = read(route_gpx(name="Onsdag", stops=STOPS, created_at=AT))
    assert [etree.QName(part).localname for part in root] == ["metadata", "wpt", "wpt", "rte"]
    assert root.xpath("g:rte/g:rtept/g:name/text()", namespaces=IN_GPX) == ["1", "2"]
    assert root.xpath("g:wpt/g:desc/text()", namespaces=IN_GPX) == ["Mørk lykt"]
    assert root.xpath("g:rte/g:rtept/@lat", namespaces=IN_GPX) == ["69.649200", "69.680000"]


def test_the_way_is_a_track_with_one_segment_a_leg_and_the_file_says_where_it_lies():
    about = GpxAbout(author="Bydrift", description="On roads.", map_by="Mappers", map_license="https://example.org/l")
    root = read(route_gpx(name="Onsdag", stops=STOPS, created_at=AT, legs=LEGS, about=about))
    assert [len(one) for one in root.xpath("g:trk/g:trkseg", namespaces=IN_GPX)] == [2, 3]
    assert [etree.QName(part).localname for part in root[0]] == [
        "name", "desc", "author", "copyright", "time", "bounds"
    ]  # fmt: skip
    assert dict(root.find("g:metadata/g:bounds", IN_GPX).attrib) == {
        "minlat": "69.640000", "minlon": "18.950000", "maxlat": "69.680000", "maxlon": "18.970000"
    }  # fmt: skip


def test_the_time_is_written_in_utc():
    noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    root = read(route_gpx(name="Onsdag", stops=STOPS, created_at=noon))
    assert root.xpath("string(g:metadata/g:time)", namespaces=IN_GPX) == "2026-07-01T10:00:00Z"


def test_sami_letters_and_markup_survive_and_control_characters_are_dropped():
    odd = 'Áhčči & Đ <b>"Ŋ"</b> 🔧\x00\x0b\ud800\ufffe'
    root = read(route_gpx(name=odd, stops=[GpxStop(69.6, 18.9, odd, odd)], created_at=AT))
    clean = 'Áhčči & Đ <b>"Ŋ"</b> 🔧'
    assert set(root.xpath("//g:name/text() | //g:desc/text()", namespaces=IN_GPX)) == {clean}


@given(st.text(alphabet=st.characters(exclude_categories=[])), st.floats(-90, 90), st.floats(-180, 179.9))
def test_any_text_and_any_place_make_a_valid_file(text, lat, lon):
    about = GpxAbout(author=text, description=text, map_by=text, map_license="https://example.org/")
    stop = GpxStop(lat, lon, text, text, text)
    read(route_gpx(name=text, stops=[stop], created_at=AT, legs=[[[lon, lat], [lon, lat]]], about=about))


def test_a_round_without_stops_is_a_valid_file_too():
    read(route_gpx(name="", stops=[], created_at=AT))


def test_a_time_without_a_zone_and_a_place_not_on_earth_are_refused():
    with pytest.raises(ValueError, match="zone"):
        route_gpx(name="x", stops=[], created_at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="earth"):
        route_gpx(name="x", stops=[GpxStop(18.9, 690.0, "swapped")], created_at=AT)
