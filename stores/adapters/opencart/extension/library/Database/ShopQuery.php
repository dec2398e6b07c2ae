<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** OpenCart's database. The only class that hands it a statement. */
final class ShopQuery extends Query
{
    /** @var object OpenCart's own: query, escape, countAffected */
    private $db;

    /** @var string */
    private $prefix;

    /** @var Statement */
    private $statement;

    /** @param object $db OpenCart's database object */
    public function __construct($db, string $prefix)
    {
        $this->db = $db;
        $this->prefix = $prefix;
        $this->statement = new Statement([$db, 'escape'], $prefix);
    }

    public function table(string $name): string
    {
        return $this->prefix . $name;
    }

    public function rows(string $sql, array $values = []): array
    {
        $result = $this->db->query($this->statement->text($sql, $values));
        return array_map([self::class, 'asText'], $result->rows);
    }

    public function run(string $sql, array $values = []): int
    {
        $this->db->query($this->statement->text($sql, $values));
        return (int) $this->db->countAffected();
    }
}
