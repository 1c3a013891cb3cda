"""Advice: visit 客户拜访, needs analysis 需求分析 and plan 方案 as records that a sale can rest on."""
