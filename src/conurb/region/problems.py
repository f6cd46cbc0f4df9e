"""What is wrong with a region folder: file, line, key, and what to do about it.

Every problem is told in Chinese and in English from one catalogue, so that whoever keeps a
region needs to read only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Problem", "RegionError", "Severity", "problem", "render_problems"]


class Severity(StrEnum):
    """Whether a region with the problem can be used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place of a region folder.

    ``line`` counts from 1; 0 means the file as a whole. ``key`` is the path of the value in the
    file, as in ``county[3].name.en`` (``county[3]`` is the third county).
    """

    file: str
    line: int
    key: str
    code: str
    message_zh: str
    message_en: str
    severity: Severity = Severity.ERROR

    def message(self, language: str = "zh-hans") -> str:
        """The message in Chinese where ``language`` starts with "zh", else in English."""
        return self.message_zh if language.startswith("zh") else self.message_en


class RegionError(ValueError):
    """A region folder cannot be used; ``problems`` holds everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(render_problems(self.problems, "en"))


_CATALOGUE: dict[str, tuple[str, str]] = {
    "file-missing": (
        "缺少文件 {file}。请在区域文件夹中补上，格式见 docs/region.md",
        "the file {file} is missing: add it to the region folder (format: docs/region.md)",
    ),
    "folder-missing": (
        "没有文件夹 {path}。请检查路径",
        "there is no folder {path}: check the path",
    ),
    "not-utf8": (
        "文件不是 UTF-8 编码（第 {offset} 字节无法解码）。请另存为 UTF-8",
        "the file is not UTF-8 (byte {offset} cannot be decoded): save it as UTF-8",
    ),
    "syntax": (
        "语法错误：{detail}。请改正后重试",
        "syntax error: {detail}",
    ),
    "missing-key": (
        "缺少“{key}”。请补上",
        "“{key}” is missing: add it",
    ),
    "missing-table": (
        "至少要有一个 [[{key}]]。请补上",
        "at least one [[{key}]] is needed: add it",
    ),
    "missing-translation": (
        "“{key}”缺少{language_zh}。凡给人看的文字须中英文齐备，请补上",
        "“{key}” has no {language_en}: whatever people read is given in Chinese and English",
    ),
    "unknown-key": (
        "不认识的键“{key}”{suggestion_zh}。请改正或删除",
        "unknown key “{key}”{suggestion_en}: mend or remove it",
    ),
    "wrong-type": (
        "“{key}”应为{wanted_zh}，现为 {found}",
        "“{key}” must be {wanted_en}, not {found}",
    ),
    "bad-form": (
        "“{key}”的值“{found}”格式不对，应为{wanted_zh}",
        "“{found}” is not a well-formed {key}: it must be {wanted_en}",
    ),
    "not-positive": (
        "“{key}”须大于零，现为 {found}",
        "“{key}” must be greater than zero, not {found}",
    ),
    "duplicate": (
        "“{found}”重复，第 {first} 行已有。请改名或删除其一",
        "“{found}” was already declared in line {first}: rename or remove one of them",
    ),
    "unknown-reference": (
        "“{key}”引用的“{found}”不存在{suggestion_zh}。请改正或先声明",
        "“{key}” refers to “{found}”, which is not declared{suggestion_en}",
    ),
    "county-outside-city": (
        "县级代码 {found} 与所属市 {city} 前四位不一致（GB/T 2260）。请核对代码或所属市",
        (
            "county code {found} does not begin with the first four digits of its city {city} "
            "(GB/T 2260): check the code or the city"
        ),
    ),
    "name-twice": (
        "名称“{found}”同时指 {first} 与 {second}，读取规划清单时无法区分。请删去其中一个别名",
        (
            "the name “{found}” stands for both {first} and {second}: a plan's reader cannot tell "
            "them apart; remove it from one"
        ),
    ),
    "word-twice": (
        "提示词“{found}”同属 {first} 与 {second}，推荐主管部门时无从取舍。请只留一处",
        (
            "the word “{found}” hints at both {first} and {second}: keep it with one, so that "
            "tasks are proposed to the right authority"
        ),
    ),
    "boundary-missing": (
        "{found}（{name}）在 counties.geojson 中没有边界。请补上",
        "{found} ({name}) has no boundary in counties.geojson: add it",
    ),
    "boundary-unknown": (
        "边界 {found} 不属于 region.toml 中的任何县级行政区。请在 region.toml 声明或删除",
        "boundary {found} belongs to no county of region.toml: declare the county or remove it",
    ),
    "geometry-kind": (
        "几何类型“{found}”不可用，应为{wanted_zh}",
        "geometry of type “{found}” cannot be used: it must be {wanted_en}",
    ),
    "geometry-invalid": (
        "几何无效：{detail}。请修复（例如用 shapely.make_valid）",
        "the geometry is not valid: {detail}; mend it (for example with shapely.make_valid)",
    ),
    "out-of-range": (
        "坐标 {found} 超出范围，应为 WGS 84 经度 -180～180、纬度 -90～90（先经度后纬度）",
        "coordinate {found} is out of range: WGS 84 longitude -180 to 180, then latitude -90 to 90",
    ),
    "overlap": (
        "{first} 与 {second} 的边界重叠约 {area} 平方公里。相邻行政区须共用界线，不得重叠",
        (
            "the boundaries of {first} and {second} overlap by about {area} square kilometres: "
            "neighbours share their border and do not overlap"
        ),
    ),
    "edges-unmatched": (
        "{found} 与相邻行政区的界线节点不一致（有缝隙）。请用同一套界线重新生成或简化",
        (
            "the border of {found} does not match its neighbours node by node (there are gaps): "
            "derive all boundaries from one coverage"
        ),
    ),
    "area-mismatch": (
        "声明面积 {found} 平方公里与边界所围面积 {measured} 平方公里相差超过一成。请核对",
        (
            "the declared area of {found} km² differs from the {measured} km² that its boundary "
            "encloses by more than a tenth: check both"
        ),
    ),
    "population-sum": (
        "全市人口 {found} 与所辖各县级行政区人口之和 {total} 不符。请核对",
        "the city's population of {found} does not agree with the {total} of its counties",
    ),
    "subject-uncovered": (
        "{city}没有主管部门负责“{found}”，区域层面也没有。相关任务将无处可派",
        (
            "no authority of {city}, nor of the region, is competent for “{found}”: tasks on it "
            "cannot be proposed to anybody"
        ),
    ),
    "span-backwards": (
        "起止日期颠倒：{found}。请改正",
        "the span {found} ends before it begins: mend it",
    ),
    "outside-year": (
        "{found} 不在 {year} 年。请移到相应年份或改正",
        "{found} is not in {year}: move it to its year or mend it",
    ),
    "not-a-weekend": (
        "调休上班日 {found} 不是周六、周日。请按国务院办公厅通知核对",
        "the make-up working day {found} is not a Saturday or Sunday: check it with the notice",
    ),
    "holiday-and-workday": (
        "{found} 既列为放假又列为上班。请按国务院办公厅通知核对",
        "{found} is both a holiday and a make-up working day: check it with the notice",
    ),
    "year-gap": (
        "年份不连续：缺 {found} 年。请补上",
        "the years are not consecutive: {found} is missing; add it",
    ),
    "unknown-timezone": (
        "不认识的时区“{found}”。请用 IANA 名称，如 Asia/Shanghai",
        "unknown time zone “{found}”: use an IANA name such as Asia/Shanghai",
    ),
}


def problem(
    code: str,
    *,
    file: str,
    line: int = 0,
    key: str = "",
    severity: Severity = Severity.ERROR,
    **details: object,
) -> Problem:
    """The problem of the catalogue named ``code``, its messages filled in with ``details``."""
    chinese, english = _CATALOGUE[code]
    words = {"file": file, "key": key.rsplit("].", 1)[-1], **details}
    return Problem(
        file=file,
        line=line,
        key=key,
        code=code,
        message_zh=chinese.format(**words),
        message_en=english.format(**words),
        severity=severity,
    )


def render_problems(problems: Iterable[Problem], language: str = "zh-hans") -> str:
    """The problems as lines ``file:line key: message``, in the order of files and lines."""
    chinese = language.startswith("zh")
    lines = []
    for each in sorted(problems):
        place = f"{each.file}:{each.line}" if each.line else each.file
        subject = f" [{each.key}]" if each.key else ""
        warning = "" if each.severity is Severity.ERROR else ("提醒：" if chinese else "warning: ")
        lines.append(f"{place}{subject} {warning}{each.message(language)}")
    return "\n".join(lines)
