"""People 人与组织: persons, organisations, areas and grids 区域与网格, memberships, scopes, read audit 访问记录."""
