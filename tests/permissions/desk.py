"""Who may call the desk's operations, and who reads what was said in cases.

The cases are those of `desk_pages`: Changsha's authority decides them, Zhuzhou's was asked about
one, the resident applied.
"""

from __future__ import annotations

API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listServices     GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getService       GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listCases        GET    who    ok       ok       ok      ok       ok     ok    ok  ok    who who
getCase          GET    who    ok       ok       missing missing  missing ok   ok  missing who who
followCase       POST   ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
followCase       EMPTY  bad    bad      bad      bad     bad      bad    bad   bad bad   who who
getDeskFigures   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
"""

API_PLACES = {
    "getService": lambda w: {"slug": "residence-permit"},
    "getCase": lambda w: {"key": w.more["desk"]["submitted"].key},
}
API_INPUTS = {
    "followCase": lambda w: {
        "number": w.more["desk"]["submitted"].number,
        "code": w.more["desk"]["code"],
    },
}

# what was said to the applicant is for him and those who decide; what an officer asked of another
# authority is for the two of them. (The administrator may read all of it, but the pages that the
# test opens as him show other cases.)
READERS = {
    "缺少租赁合同第二页": {"resident", "changsha"},
    "居住未满半年": {"resident", "changsha"},
    "是否属实": {"changsha", "zhuzhou", "admin"},
}
