<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** Whole customers with their addresses, without anything that lets somebody log in. */
final class Customers
{
    private const SECRETS = ['password', 'salt', 'token', 'code', 'ip', 'safe', 'cart', 'wishlist'];
    private const HEADS = 'SELECT c.*, g.name AS x_group FROM {customer} c
        LEFT JOIN {customer_group_description} g
          ON g.customer_group_id = c.customer_group_id AND g.language_id = :language
        WHERE c.customer_id IN (:ids)';
    private const ADDRESSES = 'SELECT * FROM {address} WHERE customer_id IN (:ids) ORDER BY address_id';

    /** @var Query */
    private $query;

    /** @var Places */
    private $places;

    /** @var Languages */
    private $languages;

    public function __construct(Query $query, Places $places, Languages $languages)
    {
        $this->query = $query;
        $this->places = $places;
        $this->languages = $languages;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function read(array $ids): array
    {
        $heads = $this->query->rows(self::HEADS, ['ids' => $ids, 'language' => $this->languages->admin()]);
        $addresses = Rows::by('customer_id', $this->addresses($ids));
        $customers = [];
        foreach (Text::rows($heads) as $head) {
            $id = (int) $head['customer_id'];
            $head['x_group'] = (string) $head['x_group'];
            $shown = array_diff_key($head, array_flip(self::SECRETS));
            $customers[$id] = $shown + ['addresses' => $addresses[$id] ?? []];
        }
        return $customers;
    }

    private function addresses(array $ids): array
    {
        $rows = Text::rows($this->query->rows(self::ADDRESSES, ['ids' => $ids]));
        $countries = $this->places->countries(Rows::ids('country_id', $rows));
        $zones = $this->places->zones(Rows::ids('zone_id', $rows));
        foreach ($rows as $index => $row) {
            $country = $countries[$row['country_id']] ?? ['code' => '', 'name' => ''];
            $zone = $zones[$row['zone_id']] ?? ['code' => '', 'name' => ''];
            $rows[$index] = $row + [
                'iso_code_2' => $country['code'],
                'country' => (string) $country['name'],
                'zone_code' => $zone['code'],
                'zone' => (string) $zone['name'],
            ];
        }
        return $rows;
    }
}
