"""The addresses of code systems, identifier systems and extensions that the feed uses.

Source: spec/smart-scheduling-links.md; G3 is the HL7 guide, G1 and G2 its predecessors.
"""

from __future__ import annotations

NPI = "http://hl7.org/fhir/sid/us-npi"
SNOMED = "http://snomed.info/sct"
LANGUAGE = "urn:ietf:bcp:47"
SERVICE_TYPE = "http://terminology.hl7.org/CodeSystem/service-type"
SERVICE_CATEGORY = "http://terminology.hl7.org/CodeSystem/service-category"
ACCEPTING_PATIENTS = "http://terminology.hl7.org/CodeSystem/accepting-patients"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
LOCATION_PHYSICAL_TYPE = "http://terminology.hl7.org/CodeSystem/location-physical-type"
TEMPORARY = "http://hl7.org/fhir/uv/smart-scheduling-links/CodeSystem/temporary"

_G1 = "http://fhir-registry.smarthealthit.org/StructureDefinition/"
_G3 = "http://hl7.org/fhir/uv/smart-scheduling-links/StructureDefinition/"

DEEP_LINK = _G3 + "booking-deep-link"
DEEP_LINK_G1 = _G1 + "booking-deep-link"
PHONE = _G3 + "booking-phone"
PHONE_G1 = _G1 + "booking-phone"
CAPACITY_G1 = _G1 + "slot-capacity"
PATIENT_TYPE = _G3 + "patient-type"
SPECIALTY = _G3 + "schedule-specialty"
SPECIALTY_G2 = _G1 + "specialty"
LICENSED_STATES = _G3 + "licensed-states"
