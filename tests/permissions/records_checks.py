"""Who may check, and who reads the agreements."""

from __future__ import annotations

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

agreements                GET     ok      ok       ok       ok      ok       ok      ok
"""

# a check is answered to a key; a session of the pages lets nobody in here, people have the page
API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

checkSubject     GET    who    who      who      who     who      who    who   bad bad   who who
checkSubjects    POST   who    who      who      who     who      who    who   ok  ok    who who
checkSubjects    EMPTY  who    who      who      who     who      who    who   bad bad   who who
listAgreements   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
"""

TYPE = "road-transport-certificate"

API_PLACES = {
    "checkSubject": lambda w: {"record_type": TYPE, "subject": "湘B0A123"},
    "checkSubjects": lambda w: {"record_type": TYPE},
}
API_INPUTS = {"checkSubjects": lambda w: {"city": "430100", "subjects": ["湘B0A123"]}}
