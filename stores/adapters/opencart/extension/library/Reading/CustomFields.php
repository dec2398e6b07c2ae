<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/**
 * What buyers said in fields that the shop added: a VAT number, say.
 *
 * An order holds them as JSON, value by number of field; where the buyer chose from a list, the number of the choice.
 * Here both have their names.
 */
final class CustomFields
{
    private const COLUMNS = ['custom_field', 'payment_custom_field'];
    private const FIELDS = 'SELECT f.custom_field_id AS id, f.type, f.location, d.name FROM {custom_field} f
        LEFT JOIN {custom_field_description} d
          ON d.custom_field_id = f.custom_field_id AND d.language_id = :language LIMIT 500';
    private const CHOICES = 'SELECT custom_field_value_id AS id, name FROM {custom_field_value_description}
        WHERE language_id = :language LIMIT 5000';
    private const CHOOSING = ['select', 'radio', 'checkbox'];

    /** @var Query */
    private $query;

    /** @var Languages */
    private $languages;

    /** @var array<int, array<string, string|null>>|null */
    private $fields;

    /** @var array<int, string> */
    private $choices = [];

    public function __construct(Query $query, Languages $languages)
    {
        $this->query = $query;
        $this->languages = $languages;
    }

    /**
     * @param array<string, string|null> $order its row
     * @return array<int, array{name: string, value: string, location: string}>
     */
    public function of(array $order): array
    {
        $told = [];
        foreach (self::COLUMNS as $column) {
            $values = json_decode((string) ($order[$column] ?? ''), true);
            foreach (is_array($values) ? $values : [] as $id => $value) {
                $field = $this->field((int) $id);
                $text = $field === null ? '' : $this->text($field, $value);
                if ($text !== '') {
                    $told[] = ['name' => (string) $field['name'], 'value' => $text, 'location' => $field['location']];
                }
            }
        }
        return $told;
    }

    private function field(int $id): ?array
    {
        if ($this->fields === null) {
            $language = ['language' => $this->languages->admin()];
            $this->fields = array_column(Text::rows($this->query->rows(self::FIELDS, $language)), null, 'id');
            $this->choices = array_column(Text::rows($this->query->rows(self::CHOICES, $language)), 'name', 'id');
        }
        return $this->fields[$id] ?? null;
    }

    /** @param mixed $value a text, or a list of numbers where several may be chosen */
    private function text(array $field, $value): string
    {
        $texts = [];
        foreach (is_array($value) ? $value : [$value] as $one) {
            if (is_scalar($one)) {
                $isChoice = in_array($field['type'], self::CHOOSING, true);
                $texts[] = $isChoice ? $this->choices[(int) $one] ?? '' : Text::plain((string) $one);
            }
        }
        return trim(implode(', ', array_filter($texts, 'strlen')));
    }
}
