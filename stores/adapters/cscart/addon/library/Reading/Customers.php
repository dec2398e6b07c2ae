<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** Whole customers, as CS-Cart's REST API gives one: the row, the addresses of the main profile, groups, fields. */
final class Customers
{
    private const READ = "SELECT * FROM {users} WHERE user_type = 'C' AND user_id IN (:ids)";
    private const PROFILES = "SELECT * FROM {user_profiles} WHERE profile_type = 'P' AND user_id IN (:ids)
        ORDER BY profile_id";
    private const GROUPS = 'SELECT user_id, usergroup_id, status FROM {usergroup_links} WHERE user_id IN (:ids)
        ORDER BY usergroup_id';
    private const FIELDS = "SELECT object_id AS user_id, field_id, value FROM {profile_fields_data}
        WHERE object_type = 'U' AND object_id IN (:ids) ORDER BY field_id";

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function read(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $values = ['ids' => $ids];
        $profiles = array_column($this->query->rows(self::PROFILES, $values), null, 'user_id');
        $groups = Rows::by('user_id', $this->query->rows(self::GROUPS, $values));
        $fields = Rows::by('user_id', $this->query->rows(self::FIELDS, $values));
        $customers = [];
        foreach ($this->query->rows(self::READ, $values) as $row) {
            $id = (int) $row['user_id'];
            $mine = [
                'usergroups' => array_column($groups[$id] ?? [], null, 'usergroup_id'),
                'fields' => array_column($fields[$id] ?? [], 'value', 'field_id'),
            ];
            $customers[$id] = $mine + Secrets::without($row) + ($profiles[$id] ?? self::noAddress());
        }
        return $customers;
    }

    /** A record with an address, empty, is whole; one without is taken for a row of a list. */
    private static function noAddress(): array
    {
        return ['b_address' => '', 's_address' => ''];
    }
}
