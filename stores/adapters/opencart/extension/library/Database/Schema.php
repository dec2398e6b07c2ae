<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** Which of the shop's tables there are: vouchers left in 4.1, product codes and names of countries came. */
final class Schema
{
    private const ASKED = ['order_voucher', 'product_code', 'country_description'];

    /** @var Query */
    private $query;

    /** @var array<int, string>|null */
    private $found;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** @param string $table without the prefix, one of those that are asked for */
    public function has(string $table): bool
    {
        if ($this->found === null) {
            $this->found = $this->query->column(
                'SELECT table_name AS name FROM information_schema.tables
                  WHERE table_schema = DATABASE() AND table_name IN (:names)',
                ['names' => array_map([$this->query, 'table'], self::ASKED)]
            );
        }
        return in_array($this->query->table($table), $this->found, true);
    }
}
