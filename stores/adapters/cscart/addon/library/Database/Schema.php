<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** Which tables and columns the shop has: add-ons bring some of them, versions others. Asked once. */
final class Schema
{
    private const TABLES = [
        'rma_returns', 'rma_return_products', 'rma_properties', 'rma_property_descriptions', 'shipments',
        'shipment_items', 'storefronts', 'product_options_inventory', 'companies',
    ];
    private const COLUMNS = ['updated_at', 'status_id'];
    private const READ_TABLES = 'SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name IN (:names)';
    private const READ_COLUMNS = 'SELECT table_name AS name, column_name AS part FROM information_schema.columns
        WHERE table_schema = DATABASE() AND column_name IN (:columns)';

    /** @var Query */
    private $query;

    /** @var array<string, bool>|null */
    private $tables;

    /** @var array<string, bool>|null by "table.column" */
    private $columns;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** @param string $table without the prefix, one of TABLES */
    public function has(string $table): bool
    {
        if ($this->tables === null) {
            $names = array_map([$this->query, 'table'], self::TABLES);
            $found = $this->query->column(self::READ_TABLES, ['names' => $names]);
            $this->tables = array_fill_keys($found, true);
        }
        return isset($this->tables[$this->query->table($table)]);
    }

    /** @param string $column one of COLUMNS */
    public function hasColumn(string $table, string $column): bool
    {
        if ($this->columns === null) {
            $this->columns = [];
            foreach ($this->query->rows(self::READ_COLUMNS, ['columns' => self::COLUMNS]) as $row) {
                $this->columns[$row['name'] . '.' . $row['part']] = true;
            }
        }
        return isset($this->columns[$this->query->table($table) . '.' . $column]);
    }
}
