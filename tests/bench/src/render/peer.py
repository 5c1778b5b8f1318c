"""Writes the rows of a CSV file as a sheet, with openpyxl: what somebody would do without this program."""

import csv
import sys

import openpyxl

mode, source, target = sys.argv[1:]
book = openpyxl.Workbook(write_only=mode == "write_only")
sheet = book.create_sheet("Hops") if mode == "write_only" else book.active
with open(source, encoding="utf-8", newline="") as file:
    for row in csv.reader(file):
        sheet.append([int(cell) if cell.isdigit() and len(cell) <= 15 else cell or None for cell in row[:-1]])
book.save(target)
