"""Makes the worked examples beside it. All of it is made up: no unit, person, score or vote in it is real.

Run it again after a change: python3 tests/schemes/make.py
"""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
MARK = "# 编造的示例，不是真实数据。Made up: none of it is real.\n"


def write(path, text):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def table(path, head, rows):
    write(path, "\n".join(",".join(str(cell) for cell in row) for row in [head, *rows]) + "\n")


# 星级: what each branch got in the three checks of each year. Items go from their maxima down, one after the other.
ITEMS = [("自身建设", 20), ("班子建设", 20), ("队伍建设", 15), ("生产经营", 15), ("监督保障", 10), ("特色工作", 10), ("基础工作", 10)]
BRANCHES = {"s1": "一队党支部", "s2": "二队党支部", "s3": "三队党支部", "s4": "四队党支部", "s5": "五队党支部"}
STAR = {
    "2024": {"s1": (96, 96, 96), "s2": (95, 95, 95), "s3": (72, 72, 72), "s4": (92, 92, 92), "s5": (84, 84, 84)},
    "2025": {"s1": (91, 91, 91), "s2": (95, 95, 95), "s3": (65, 65, 65), "s4": (92, 92, 92), "s5": (92, 92, 92)},
    "2026": {"s1": (90, 80, 84), "s2": (82, 82, 82), "s3": (75, 75, 75), "s4": (98, 98, 98), "s5": (96, 96, 96)},
}


def split(total):
    missing, row = 100 - total, []
    for _, most in ITEMS:
        less = min(missing, most)
        row.append(most - less)
        missing -= less
    return row


for year, scores in STAR.items():
    folder = f"star/{year}"
    rows = "".join(f"  - {{编号: {id}, 名称: {title}}}\n" for id, title in BRANCHES.items())
    write(f"{folder}/参评名单.yaml", f"{MARK}year: {year}\nentries:\n{rows}")
    for place, check in enumerate(["日常考核", "半年考核", "年度考核"]):
        head = ["编号", "名称", *[item for item, _ in ITEMS]]
        table(f"{folder}/{check}.csv", head, [[id, BRANCHES[id], *split(score[place])] for id, score in scores.items()])
write("star/2026/一票否决.yaml", f"{MARK}vetoes:\n  - {{编号: s4, 否决: 有党员受党纪政纪处分, 日期: 2026-09-01}}\n")

# 案例评选: totals of the judges; items as shares of 20, 30, 30, 20.
CASES = {"case-1": "甲县", "case-2": "乙县", "case-3": "丙县", "case-4": "丁县", "case-5": "戊县"}
JUDGES = {"专家甲": "某党校", "专家乙": "某大学", "专家丙": "某研究院", "专家丁": "某杂志社", "专家戊": "丙县"}
CRITERIA = [("真实性", 20), ("创新性", 30), ("实效性", 30), ("典型性", 20)]


def points(total):
    missing, row = 100 - total, []
    for _, most in CRITERIA:
        less = min(missing, most)
        row.append(most - less)
        missing -= less
    return row


def sheet(path, judge, unit, scores):
    lines = [MARK.rstrip("\n"), f"judge: {judge}", f"unit: {unit}", "signed: 2026-11-20", "sheet:"]
    for id, total in scores.items():
        if total is None:
            lines.append(f"  - {{编号: {id}, 回避: 同一单位}}")
        else:
            cells = "".join(f", {item}: {value}" for (item, _), value in zip(CRITERIA, points(total)))
            lines.append(f"  - {{编号: {id}{cells}}}")
    write(path, "\n".join(lines) + "\n")


folder = "award/2026"
rows = "".join(f"  - {{编号: {id}}}\n" for id in CASES)
write(f"{folder}/参评名单.yaml", f"{MARK}edition: 5\nyear: 2026\nentries:\n{rows}")
for judge, scores in {"专家甲": (90, 80, 85, 70, 40), "专家乙": (80, 90, 85, 70, 50)}.items():
    sheet(f"{folder}/初选/{judge}.yaml", judge, JUDGES[judge], dict(zip(CASES, scores)))
table(
    f"{folder}/网络投票.csv",
    ["编号", "日期", "票数", "作废", "原因"],
    [
        ["case-1", "2026-11-01", 600, 0, ""],
        ["case-1", "2026-11-02", 500, 100, "同一地址重复投票"],
        ["case-2", "2026-11-01", 800, 0, ""],
        ["case-3", "2026-11-01", 1000, 0, ""],
        ["case-4", "2026-11-01", 500, 0, ""],
    ],
)
ROUND1 = {
    "专家甲": (90, 80, 85, 70),
    "专家乙": (90, 85, 85, 75),
    "专家丙": (80, 95, 90, 75),
    "专家丁": (70, 90, 95, 80),
    "专家戊": (90, 90, None, 80),
}
ROUND2 = {
    "专家甲": (84, 90, 90, 70),
    "专家乙": (86, 86, 90, 70),
    "专家丙": (85, 88, 90, 70),
    "专家丁": (60, 92, 90, 70),
    "专家戊": (99, 60, None, 70),
}
for stage, scores in {"专家一轮": ROUND1, "专家二轮": ROUND2}.items():
    for judge, row in scores.items():
        sheet(f"{folder}/{stage}/{judge}.yaml", judge, JUDGES[judge], dict(zip(list(CASES)[:4], row)))
for id, unit in CASES.items():
    text = f"{MARK}id: {id}\ntitle: {unit}：编造的案例{id}\nunit: {unit}\nregion:\n  province: 甘肃省\nyear: 2026\n"
    write(f"award/cases/{id}.yaml", text)

# 学分.
write(
    "credits/2026/参评名单.yaml",
    MARK + "entries:\n  - {编号: p1, 姓名: 干部一, 年龄: 40}\n  - {编号: p2, 姓名: 干部二, 年龄: 50}\n"
    "  - {编号: p3, 姓名: 干部三, 年龄: 40}\n  - {编号: p4, 姓名: 干部四, 年龄: 50}\n",
)
head = ["编号", "日期", "类别", "课程", "学分", "学时"]
rows = []
for id, required, elective, extra, hours in [
    ("p1", (40, 30), (20, 15), (10,), 24),
    ("p2", (30, 20), (15, 10), (), 24),
    ("p3", (50,), (20, 20), (30,), 40),
    ("p4", (20, 20), (10, 10), (), 20),
]:
    for category, credits in [("必修", required), ("选修", elective), ("附加", extra)]:
        for place, credit in enumerate(credits):
            # Extra credits are for papers: no hours.
            rows.append([id, "2026-05-10", category, f"{category}{place + 1}", credit, hours if category != "附加" else 0])
table("credits/2026/学分.csv", head, rows)

# 示范点.
SITES = {"m1": "甲村党支部", "m2": "乙社区党支部", "m3": "丙公司党支部", "m4": "丁学校党支部"}
for year, scores in {"2025": {"m1": 90, "m2": 80, "m3": 88}, "2026": {"m1": 92, "m2": 84, "m3": 70}}.items():
    rows = "".join(f"  - {{编号: {id}, 名称: {title}}}\n" for id, title in SITES.items())
    write(f"model-site/{year}/参评名单.yaml", f"{MARK}entries:\n{rows}")
    table(f"model-site/{year}/自查.csv", ["编号", "结果", "原因"], [[id, "通过", ""] for id in SITES])
    table(
        f"model-site/{year}/初验.csv",
        ["编号", "结果", "原因"],
        [[id, "不通过" if id == "m4" else "通过", "活动场所未建成" if id == "m4" else ""] for id in SITES],
    )
    for judge in ["一组", "二组", "三组"]:
        head = ["编号", "组织设置", "班子队伍", "活动载体", "阵地建设", "作用发挥"]
        body = []
        for id, total in scores.items():
            missing, cells = 100 - total, []
            for _ in range(5):
                less = min(missing, 20)
                cells.append(20 - less)
                missing -= less
            body.append([id, *cells])
        table(f"model-site/{year}/验收/{judge}.csv", head, body)

# 积分.
write(
    "points/2026/参评名单.yaml",
    MARK + "entries:\n  - {编号: d1, 姓名: 党员一, 岗位系数: 1.0}\n  - {编号: d2, 姓名: 党员二, 岗位系数: 1.2}\n"
    "  - {编号: d3, 姓名: 党员三, 岗位系数: 0.8}\n",
)
table(
    "points/2026/积分.csv",
    ["编号", "日期", "事由", "积分"],
    [
        ["d1", "2026-01-05", "岗位练兵", 60],
        ["d1", "2026-01-20", "合理化建议", 20],
        ["d2", "2026-01-11", "急难险重任务", 70],
        ["d3", "2026-01-15", "志愿服务", 90],
        ["d1", "2026-02-03", "岗位练兵", 60],
        ["d2", "2026-02-08", "岗位练兵", 50],
        ["d3", "2026-02-09", "迟到", -5],
        ["d1", "2026-03-02", "岗位练兵", 48],
        ["d2", "2026-03-02", "岗位练兵", 40],
    ],
)

# 诉求.
table(
    "requests/2026/诉求登记.csv",
    ["编号", "社区", "事项", "受理日期", "限办日期", "办结日期", "公示日期", "回访日期"],
    [
        ["q1", "甲社区", "楼道照明", "2026-03-02", "", "2026-03-06", "2026-03-08", "2026-03-20"],
        ["q2", "甲社区", "下水堵塞", "2026-03-10", "", "2026-03-20", "2026-03-21", "2026-03-25"],
        ["q3", "甲社区", "健身器材", "2026-03-28", "", "", "", ""],
        ["q4", "乙社区", "停车难", "2026-04-01", "2026-05-01", "", "", ""],
        ["q5", "乙社区", "办低保", "2026-03-15", "", "2026-03-20", "", ""],
    ],
)
