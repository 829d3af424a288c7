#!/usr/bin/env python3
"""Cuts the fonts that exported charts embed: Latin, the punctuation of figures, figures of equal width, no hinting.

Needs fonttools and brotli from PyPI and the unpacked npm package that README.md names:
    python build.py PATH/TO/package/files
"""
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2009, 0x200B), *range(0x2010, 0x2027), 0x20AC, 0x2191, 0x2193,
        0x2212]
HERE = pathlib.Path(__file__).parent

for weight, name in ((400, "Regular"), (600, "SemiBold")):
    font = TTFont(pathlib.Path(sys.argv[1]) / f"inter-latin-{weight}-normal.woff2")
    # plotters applies no OpenType features, so the figures of equal width become the plain ones.
    single = {}
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                    single.update(getattr(table, "ExtSubTable", table).mapping)
    for table in font["cmap"].tables:
        for digit in range(ord("0"), ord("9") + 1):
            if digit in table.cmap:
                table.cmap[digit] = single.get(table.cmap[digit], table.cmap[digit])
    options = subset.Options(layout_features=["kern"], hinting=False, name_IDs=[0, 1, 2, 4, 13, 14], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=TEXT)
    cutter.subset(font)
    font.flavor = None
    font.recalcTimestamp = False
    target = HERE / f"Inter-{name}.ttf"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getBestCmap())} characters")
